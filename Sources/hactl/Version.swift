// SPDX-License-Identifier: Apache-2.0

enum Version {
    static let text = "ezha 1.0.0"
}
