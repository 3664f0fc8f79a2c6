// SPDX-License-Identifier: Apache-2.0

/// The node monitor: `nmond [-l LEVEL]`.
package func runManager(_ arguments: [String]) -> Int32 { fatalError("stub") }

/// Brings nmond back when it was killed.
package func runGuard(_ arguments: [String]) -> Int32 { fatalError("stub") }

/// Writes the peers' state files, fed by nmond.
package func runWriter(_ arguments: [String]) -> Int32 { fatalError("stub") }
