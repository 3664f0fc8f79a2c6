// SPDX-License-Identifier: Apache-2.0

import CShims
import ClusterModel

/// `uname -n`.
package func nodeName() -> String { fatalError("stub") }

/// The kernel's boot id and the start time of process 1 (decision 9).
package func bootIdentity() throws(SystemError) -> BootIdentity { fatalError("stub") }

/// A stable number for the frame's hostid field, without any name lookup.
package func hostID() -> UInt32 { fatalError("stub") }

/// The process's environment.
package func environmentVariables() -> [String: String] { fatalError("stub") }

/// setpriority(2) of this process; -15 for links. Refused: false.
@discardableResult package func setNice(_ value: CInt) -> Bool { fatalError("stub") }

/// `st_rdev` of a block device, or device and inode of a regular file, as one number; nil if it
/// cannot be looked at.
package func deviceIdentity(_ path: String) -> UInt64? { fatalError("stub") }
