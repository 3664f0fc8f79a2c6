// SPDX-License-Identifier: Apache-2.0
import ClusterLab
import Testing

/// Whole clusters: one at a time, since they share two cores and measure time.
///
/// Without root (and namespaces) they are skipped, and say why.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: Lab.obstacle == nil, "\(Lab.obstacle ?? "")"))
struct ClusterTests {}
