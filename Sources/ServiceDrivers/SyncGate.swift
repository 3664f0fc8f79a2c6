// SPDX-License-Identifier: Apache-2.0

/// The schedule of a sync resource.
package func syncGate(_ work: Work, _ stamp: Double?) -> SyncGateAnswer {
    SyncGateAnswer(isOpen: true)
}
