// SPDX-License-Identifier: Apache-2.0

import Config
import ServiceConfig

extension Work {
    /// What launchers, applications and triggers find in their environment (opensvc.md 4.4).
    package func serviceVariables() async -> [String: String] {
        var variables = ["OPENSVC_SVCNAME": service.name, "OPENSVC_ACTION": call.action]
        let sections = service.resources.compactMap { resource -> (String, IPKeywords)? in
            guard case .ip(let keywords) = resource.driver else { return nil }
            return (String(resource.rid.drop { $0 != "#" }.dropFirst()), keywords)
        }
        let isMaskMissing = sections.contains { $0.1.netmask == nil }
        let plumbed = isMaskMissing ? await plumbedAddresses() : nil
        for (index, keywords) in sections {
            let found = await address(of: keywords.name)
            let mask = mask(of: keywords, isVersion6: found?.contains(":") ?? false, plumbed)
            let parts = [
                keywords.name, keywords.device, found ?? unknownPart, mask ?? unknownPart,
            ]
            let names = ["IPNAME", "IPDEV", "IPADDR", "MASK"].map { "OPENSVC_\($0)" }
            for (name, part) in zip(names, parts) { variables[name] = part }
            variables["OPENSVC_IP\(index)"] = parts.joined(separator: " ")
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

    private func plumbedAddresses() async -> IPAddresses? {
        let result = await host.run(Command(["ip", "addr"], timeout: .seconds(5)))
        return result.isSuccess ? IPAddresses(result.output) : nil
    }

    /// The keyword's, else that of the device's first address: dotted, or a length for IPv6.
    private func mask(
        of keywords: IPKeywords, isVersion6: Bool, _ plumbed: IPAddresses?
    ) -> String? {
        let first = plumbed?.interface(keywords.device)?.addresses
            .first { $0.isVersion6 == isVersion6 }
        let mask =
            keywords.netmask.flatMap { Netmask($0) } ?? first.map { Netmask(prefix: $0.prefix) }
        return mask.map { isVersion6 ? String($0.prefix) : $0.dotted }
    }
}

private let unknownPart = "unknown"
