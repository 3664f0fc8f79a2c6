// SPDX-License-Identifier: Apache-2.0

/// The steps of an address' start and stop that change something (opensvc.md 4.1 c to g).
extension IPDriver {
    private var device: String { keywords.device }

    /// - Returns: Whether it was not there before.
    func plumb(_ address: String, _ work: Work) async throws(StepFailure) -> Bool {
        let found = try await addresses(work)
        if found.holder(of: address) != nil {
            work.log.info("\(address) is already up on \(device)")
            return false
        }
        guard let interface = found.interface(device), interface.isUp else {
            work.log.error("Interface \(device) is not up. Cannot stack over it.")
            throw StepFailure()
        }
        let mask = try mask(for: address, on: interface, work)
        let isAlias = !work.resource.common.tags.contains("noalias")
        let alias = isAlias ? found.freeAlias(of: device) : nil
        let command = plumbing(address, mask, alias: alias, work)
        guard await work.runLogged(command.command, as: command.line).isSuccess else {
            try await takeBack(address, work)
            throw StepFailure()
        }
        return true
    }

    /// What a failed start left plumbed, which the rollback does not know of.
    private func takeBack(_ address: String, _ work: Work) async throws(StepFailure) {
        guard let holder = try await addresses(work).holder(of: address) else { return }
        try await unplumb(holder.address, of: holder.interface.name, work)
    }

    private func mask(
        for address: String, on interface: IPAddresses.Interface, _ work: Work
    ) throws(StepFailure) -> Netmask {
        if let text = keywords.netmask {
            if let mask = Netmask(text) { return mask }
            work.log.error("netmask \(text) is neither dotted nor a prefix length")
            throw StepFailure()
        }
        let isVersion6 = address.contains(":")
        let first = interface.addresses.first { $0.isVersion6 == isVersion6 }
        if let first { return Netmask(prefix: first.prefix) }
        work.log.error("No netmask set on parent interface \(device)")
        throw StepFailure()
    }

    /// What to run, and what the log is to show instead; nil: the command itself.
    ///
    /// `ifconfig eth0 <addr>` would take the interface's own address away, so that without an alias
    /// it is `ip` that plumbs, and says so.
    private func plumbing(
        _ address: String, _ mask: Netmask, alias: String?, _ work: Work
    ) -> (command: Command, line: String?) {
        let hasOldTool = work.host.find("ifconfig") != nil
        let target = "\(address)/\(mask.prefix)"
        if address.contains(":") {
            let old = ["ifconfig", device, "inet6", "add", target]
            return modern(["ip", "-6", "addr", "add", target, "dev", device], old, hasOldTool)
        }
        var new = ["ip", "addr", "add", target, "brd", "+", "dev", device]
        guard let alias else { return (Command(new, timeout: Self.moment), nil) }
        new += ["label", alias]
        let old = ["ifconfig", alias, address, "netmask", mask.dotted, "up"]
        return modern(new, old, hasOldTool)
    }

    /// The old tool where there is one; else the new one under the old one's text.
    private func modern(
        _ new: [String], _ old: [String], _ hasOldTool: Bool
    ) -> (command: Command, line: String?) {
        let command = Command(hasOldTool ? old : new, timeout: Self.moment)
        return (command, old.joined(separator: " "))
    }

    func unplumb(
        _ address: IPAddresses.Address, of interface: String, _ work: Work
    ) async throws(StepFailure) {
        let hasOldTool = work.host.find("ifconfig") != nil
        let target = "\(address.text)/\(address.prefix)"
        var step: (command: Command, line: String?)
        if address.isVersion6 {
            let old = ["ifconfig", interface, "inet6", "del", target]
            step = modern(["ip", "-6", "addr", "del", target, "dev", interface], old, hasOldTool)
        } else {
            let new = ["ip", "addr", "del", target, "dev", interface]
            step = (Command(new, timeout: Self.moment), nil)
            // `ifconfig eth0 down` would take down all that is on it.
            if let alias = address.label, alias.contains(":") {
                step = modern(new, ["ifconfig", alias, "down"], hasOldTool)
            }
        }
        guard await work.runLogged(step.command, as: step.line).isSuccess else {
            throw StepFailure()
        }
    }

    /// An address that cannot be reached is taken away again: the rollback does not know of it.
    func waitForActivation(_ address: String, _ work: Work) async throws(StepFailure) {
        let words = [ping(address, work), "-c", "1", "-W", "1", "-w", "1", address]
        for _ in 1...5 {
            let result = await work.runQuiet(Command(words, timeout: .seconds(5)))
            if result.isSuccess { return }
            // One that failed at once did not wait.
            let rest = Duration.seconds(1) - result.duration
            if rest > .zero { await work.host.pause(rest) }
        }
        work.log.error("timed out waiting for ip activation")
        try await takeBack(address, work)
        throw StepFailure()
    }

    /// Tells the neighbours; whether they hear it is not known.
    func announce(_ address: String, _ work: Work) async {
        guard work.host.find("arping") != nil else {
            return work.log.warning("arp announce skipped. install 'arping'")
        }
        // Another program of that name has other options.
        let version = await work.runQuiet(Command(["arping", "-V"], timeout: Self.moment))
        guard (version.output + version.error).contains("iputils") else {
            return work.log.warning("arp announce skipped. install 'iputils-arping'")
        }
        let words = ["arping", "-U", "-c", "1", "-I", device, "-s", address]
        let shown = Command(words + ["0.0.0.0"], timeout: Self.moment)
        work.log.info(shown.line)
        let result = await work.host.run(shown)
        work.log.passThrough(result.output + result.error)
        // The one above asks for 0.0.0.0, which only some neighbours learn from (decision 14).
        _ = await work.runQuiet(Command(words + [address], timeout: Self.moment))
    }
}
