// SPDX-License-Identifier: Apache-2.0

/// What a resource is, or several of them together.
package enum Status: String, CaseIterable, Sendable {
    case up, down, warn
    case notApplicable = "n/a"
    case undefined = "undef"
    case standbyUp = "stdby up"
    case standbyDown = "stdby down"
}
