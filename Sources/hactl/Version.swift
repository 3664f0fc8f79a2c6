// SPDX-License-Identifier: Apache-2.0

import Platform

enum Version {
    static let text = "ezha \(programVersion)"
}
