// SPDX-License-Identifier: Apache-2.0

import Platform

/// Where the programs are that were built with the tests.
enum BuiltPrograms {
    static let svcmgr = directory + "/svcmgr"
    static let probe = directory + "/probe"

    private static let directory: String = {
        let arguments = CommandLine.arguments
        var path = arguments[0]
        if let option = arguments.firstIndex(of: "--test-bundle-path"),
            arguments.indices.contains(option + 1)
        {
            path = arguments[option + 1]
        }
        while let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            path = String(path[..<slash])
            if isExecutable(path + "/svcmgr") { return path }
        }
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(package)/.build/debug"
    }()
}
