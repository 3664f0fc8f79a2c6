// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The senders and receivers of the model: one blocking loop each (specification, section 6).
struct LegacyLinks {
    let tree: LegacyTree

    // MARK: Senders

    /// Builds a beat from the services and STATE files of this second.
    private func beat(port: String, address: String) -> LegacyFrame {
        var frame = LegacyFrame()
        frame.node = tree.node
        frame.port = port
        frame.address = address
        frame.services = tree.services
            .filter { $0.primary == tree.node || $0.secondary == tree.node }
            .map { ($0.name, tree.state(of: $0.name, on: tree.node)) }
        frame.elapsed = UInt32(time(nil))
        frame.pid = getpid()
        return frame
    }

    /// `heartd IFACE ADDR PORT`
    func multicast(interface: String, group: String, port: String) throws -> Never {
        let descriptor = try datagramSocket(interface)
        var ttl: Int32 = 6
        setsockopt(descriptor, Int32(IPPROTO_IP), IP_MULTICAST_TTL, &ttl, 4)
        var choice = ip_mreqn()
        choice.imr_ifindex = Int32(if_nametoindex(interface))
        setsockopt(
            descriptor, Int32(IPPROTO_IP), IP_MULTICAST_IF, &choice,
            UInt32(MemoryLayout.size(ofValue: choice)))
        var target = socketAddress(group, port)
        while true {
            let bytes = beat(port: port, address: group).encoded(as: tree.layout)
            withUnsafePointer(to: &target) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = sendto(descriptor, bytes, bytes.count, 0, $0, 16)
                }
            }
            sleep(1)
        }
    }

    /// `heartd_dio DEVICE OFFSET`
    func write(device: String, offset: String) throws -> Never {
        let size = LegacyFrame.shape(of: tree.layout).slot
        let (descriptor, buffer) = try openDirect(device, O_RDWR, size: size)
        while true {
            let bytes = beat(port: "", address: "").encoded(as: tree.layout)
            buffer.copyBytes(from: bytes)
            _ = pwrite(descriptor, buffer.baseAddress, size, off_t(Int(offset)! * 512))
            sleep(1)
        }
    }

    // MARK: Receivers

    /// `heartc IFACE ADDR PORT TIMEOUT`, with its alarm that a first beat after silence leaves off.
    func listen(interface: String, group: String, port: String, timeout: String) throws -> Never {
        let link = LegacyTree.linkName(["heartc", interface, group, port])
        tree.publish(up: false, link: link)
        let descriptor = try datagramSocket(interface)
        var own = socketAddress("0.0.0.0", port)
        let bound = withUnsafePointer(to: &own) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, 16) }
        }
        guard bound == 0 else { throw LabError.failed("bind \(port): errno \(errno)") }
        var membership = ip_mreqn()
        membership.imr_multiaddr.s_addr = inet_addr(group)
        membership.imr_ifindex = Int32(if_nametoindex(interface))
        setsockopt(
            descriptor, Int32(IPPROTO_IP), IP_ADD_MEMBERSHIP, &membership,
            UInt32(MemoryLayout.size(ofValue: membership)))
        let size = LegacyFrame.shape(of: tree.layout).size
        var bytes = [UInt8](repeating: 0, count: size)
        var isArmed = true
        while true {
            var patience = timeval(tv_sec: isArmed ? Int(timeout)! : 0, tv_usec: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience,
                UInt32(MemoryLayout.size(ofValue: patience)))
            // Longer ones are cut, shorter ones overlay the last one: both count.
            if recv(descriptor, &bytes, size, 0) > 0 {
                store(LegacyFrame(reading: bytes, as: tree.layout))
                tree.publish(up: true, link: link)
                isArmed = true
            } else {
                tree.publish(up: false, link: link)
                isArmed = false
            }
        }
    }

    /// `heartc_dio DEVICE OFFSET TIMEOUT`: one look per timeout.
    func watch(device: String, offset: String, timeout: String) throws -> Never {
        let link = LegacyTree.linkName(["heartc_dio", device, offset])
        tree.publish(up: false, link: link)
        let size = LegacyFrame.shape(of: tree.layout).slot
        let (descriptor, buffer) = try openDirect(device, O_RDONLY, size: size)
        var previous: UInt32 = 0
        while true {
            if pread(descriptor, buffer.baseAddress, size, off_t(Int(offset)! * 512)) == size {
                let frame = LegacyFrame(reading: Array(buffer), as: tree.layout)
                if frame.elapsed == previous && previous != 0 {
                    tree.publish(up: false, link: link)
                } else {
                    previous = frame.elapsed
                    store(frame)
                    tree.publish(up: true, link: link)
                }
            }
            sleep(UInt32(timeout)!)
        }
    }

    /// Writes every state of a beat into the sender's files, whoever that claims to be.
    private func store(_ frame: LegacyFrame) {
        for service in frame.services {
            tree.write(service.state, of: service.name, on: frame.node)
        }
    }

    // MARK: Descriptors

    private func datagramSocket(_ interface: String) throws -> CInt {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        guard
            setsockopt(
                descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface, UInt32(interface.utf8.count))
                == 0
        else { throw LabError.failed("interface \(interface): errno \(errno)") }
        return descriptor
    }

    private func socketAddress(_ address: String, _ port: String) -> sockaddr_in {
        var result = sockaddr_in()
        result.sin_family = sa_family_t(AF_INET)
        result.sin_addr.s_addr = inet_addr(address)
        result.sin_port = UInt16(port)!.bigEndian
        return result
    }

    private func openDirect(_ device: String, _ flags: Int32, size: Int) throws
        -> (CInt, UnsafeMutableRawBufferPointer)
    {
        #if arch(arm64)
            let direct: Int32 = 0o200000
        #else
            let direct: Int32 = 0o40000
        #endif
        let descriptor = open(device, flags | direct)
        guard descriptor >= 0 else { throw LabError.failed("\(device): errno \(errno)") }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        return (descriptor, buffer)
    }
}
