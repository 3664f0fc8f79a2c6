// SPDX-License-Identifier: Apache-2.0

import Config
import ServiceConfig

extension Work {
    /// What launchers, applications and triggers find in their environment (opensvc.md 4.4).
    package func serviceVariables() async -> [String: String] {
        var variables = ["OPENSVC_SVCNAME": service.name, "OPENSVC_ACTION": call.action]
        for resource in service.resources {
            guard case .ip(let keywords) = resource.driver else { continue }
            async let foundAddress = address(of: keywords.name)
            async let foundMask = mask(of: keywords)
            let (address, mask) = await (foundAddress ?? unknownPart, foundMask ?? unknownPart)
            variables["OPENSVC_IPNAME"] = keywords.name
            variables["OPENSVC_IPDEV"] = keywords.device
            variables["OPENSVC_IPADDR"] = address
            variables["OPENSVC_MASK"] = mask
            let index = resource.rid.drop { $0 != "#" }.dropFirst()
            variables["OPENSVC_IP\(index)"] =
                "\(keywords.name) \(keywords.device) \(address) \(mask)"
        }
        return variables
    }

    private func address(of name: String) async -> String? {
        if ipv4(name) != nil || name.contains(":") { return name }
        guard case .addresses(let found) = await host.probe(.resolve(name: name)) else {
            return nil
        }
        return found.first
    }

    /// The keyword's, dotted; else that of the device's first address.
    private func mask(of keywords: IPKeywords) async -> String? {
        if let mask = keywords.netmask { return dottedMask(mask) }
        let show = Command(
            ["ip", "-o", "-4", "addr", "show", "dev", keywords.device], timeout: .seconds(5))
        let result = await host.run(show)
        guard result.isSuccess else { return nil }
        let words = result.output.split { $0 == " " || $0 == "\n" }
        guard let position = words.firstIndex(of: "inet"), position + 1 < words.count else {
            return nil
        }
        return words[position + 1].split(separator: "/").dropFirst().first
            .flatMap { dottedMask(String($0)) }
    }
}

private let unknownPart = "unknown"

/// `255.255.255.224` of `27`; what has dots already, or is no length, stays.
private func dottedMask(_ text: String) -> String {
    guard let length = UInt32(text), length <= 32 else { return text }
    let bits = length == 0 ? 0 : UInt32.max << (32 - length)
    return [24, 16, 8, 0].map { String(bits >> $0 & 0xFF) }.joined(separator: ".")
}
