// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import Testing

/// Whole clusters, each on a lab of its own: suites side by side, the tests of a suite in turn.
///
/// They wait most of the time, and measure it with tolerance. Without root (and namespaces) they
/// are skipped, and say why.
@Suite(
    .timeLimit(.minutes(6)), .inLanes,
    .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"))
struct ClusterTests {}
