// SPDX-License-Identifier: Apache-2.0

/// The interfaces of this machine and what is plumbed on them, as `ip addr` prints them.
struct IPAddresses: Equatable {
    struct Interface: Equatable {
        /// Without the peer's part that veth interfaces print: `eth0` of `eth0@if5`.
        var name: String
        var isUp: Bool
        var addresses: [Address] = []
    }

    struct Address: Equatable {
        var text: String
        var prefix: Int
        /// `eth0:1`; IPv6 addresses have none.
        var label: String?

        var isVersion6: Bool { text.contains(":") }
    }

    private(set) var interfaces: [Interface] = []

    /// - Parameter text: Output of `ip addr`; lines of no interest are passed over.
    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map { String($0) }
            if line.first != " ", let interface = Interface(words) {
                interfaces.append(interface)
            } else if !interfaces.isEmpty {
                let name = interfaces[interfaces.count - 1].name
                guard let address = Address(words, of: name) else { continue }
                interfaces[interfaces.count - 1].addresses.append(address)
            }
        }
    }

    func interface(_ name: String) -> Interface? { interfaces.first { $0.name == name } }

    /// Where an address is plumbed, primary or secondary, on whatever interface.
    func holder(of text: String) -> (interface: Interface, address: Address)? {
        for interface in interfaces {
            let address = interface.addresses.first { $0.text == text }
            if let address { return (interface, address) }
        }
        return nil
    }

    /// The first free alias of an interface: `eth0:1`.
    func freeAlias(of device: String) -> String {
        let taken = Set(interfaces.flatMap { $0.addresses.compactMap(\.label) })
        var number = 1
        while taken.contains("\(device):\(number)") { number += 1 }
        return "\(device):\(number)"
    }
}

extension IPAddresses.Interface {
    /// `2: eth0@if5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 ...`.
    fileprivate init?(_ words: [String]) {
        guard words.count >= 3, words[0].hasSuffix(":"), words[1].hasSuffix(":") else { return nil }
        name = String(words[1].dropLast().prefix { $0 != "@" })
        let flags = words[2].dropFirst().dropLast().split(separator: ",")
        isUp = flags.contains("UP")
    }
}

extension IPAddresses.Address {
    /// `inet 37.59.71.26/27 brd 37.59.71.31 scope global secondary eth0:1`. Between two ends of a
    /// line the prefix stands behind the peer: `inet 10.0.0.1 peer 10.0.0.2/32 ...`.
    fileprivate init?(_ words: [String], of interface: String) {
        guard words.count >= 2, words[0] == "inet" || words[0] == "inet6" else { return nil }
        let parts = words[1].split(separator: "/")
        text = String(parts[0])
        let isPeer = words.count >= 4 && words[2] == "peer"
        let end = isPeer ? words[3].split(separator: "/") : parts
        prefix = end.count == 2 ? Int(end[1]) ?? 0 : (words[0] == "inet" ? 32 : 128)
        let last = words[words.count - 1]
        let isLabel = last == interface || last.hasPrefix(interface + ":")
        label = words[0] == "inet" && isLabel ? last : nil
    }
}

/// A netmask: 27 or 255.255.255.224.
struct Netmask: Equatable {
    let prefix: Int

    init(prefix: Int) { self.prefix = prefix }

    /// Dotted, or a prefix length; nil: neither.
    init?(_ text: String) {
        if let prefix = Int(text) {
            guard (0...128).contains(prefix) else { return nil }
            self.prefix = prefix
            return
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt8($0) }
        guard numbers.count == 4, parts.count == 4 else { return nil }
        let bits = numbers.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard (~bits & (~bits &+ 1)) == 0 else { return nil }  // ones, then zeros
        prefix = bits.nonzeroBitCount
    }

    /// `255.255.255.224`; of an IPv4 mask.
    var dotted: String {
        let length = min(max(prefix, 0), 32)
        let bits = length == 0 ? 0 : UInt32.max << UInt32(32 - length)
        return [24, 16, 8, 0].map { String(bits >> UInt32($0) & 255) }.joined(separator: ".")
    }
}
