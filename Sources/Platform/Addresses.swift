// SPDX-License-Identifier: Apache-2.0

import CShims

/// Reads `239.131.50.10`; host byte order. Exactly four decimal numbers without leading zeros, which
/// some programs take for octal.
package func parseIPv4(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
        guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(isDigit),
            part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"), let byte = UInt8(part)
        else { return nil }
        address = address << 8 | UInt32(byte)
    }
    return address
}

/// A UDP service name of /etc/services first, else a decimal number 1 to 65535.
package func parseUDPPort(_ text: String) -> UInt16? {
    let services = (try? readFile("/etc/services")) ?? []
    return parseUDPPort(text, services: String(decoding: services, as: UTF8.self))
}

/// The same beside the text of a services file. Read here, since a static C library cannot.
package func parseUDPPort(_ text: String, services: String) -> UInt16? {
    for line in services.split(separator: "\n") {
        let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
        guard words.count >= 2, words[0] == text || words[2...].contains(text[...]) else {
            continue
        }
        let port = words[1].split(separator: "/")
        if port.count == 2, port[1] == "udp", let number = UInt16(port[0]), number > 0 {
            return number
        }
    }
    guard text.utf8.allSatisfy(isDigit), let number = UInt16(text), number > 0 else { return nil }
    return number
}

/// The kernel's index of an interface, which changes when it is made anew; nil if it is missing.
package func interfaceIndex(_ name: String) -> UInt32? {
    // Not passed on directly: that would copy the name to the heap, once per beat.
    let index = name.withCString { cshims_interface_index($0) }
    return index > 0 ? UInt32(index) : nil
}

/// The first IPv4 address of an interface, host byte order.
package func interfaceAddress(_ name: String) -> UInt32? {
    let address = cshims_interface_address(name)
    return address >= 0 ? UInt32(address) : nil
}

private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
