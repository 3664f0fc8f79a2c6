// SPDX-License-Identifier: Apache-2.0

import ClusterModel

/// One heartbeat as a value: the legacy structure and, behind it, our trailer if there is one.
package struct Heartbeat: Equatable, Sendable, Codable {
    /// The sender's `uname -n`.
    package var node: String
    /// 1; on a disk 0 while the node has no service. Any other value is kept as decoded.
    package var up: Int32
    /// The port as text, at most 5 characters; empty on a disk.
    package var port: String
    /// The address as text, at most 15 characters; empty on a disk.
    package var address: String
    /// In the order of the sender's file; those beyond the layout's capacity come from the trailer.
    package var services: [ServiceEntry]
    package var hostID: UInt32
    /// The sender's wall clock in seconds; on a disk it must change from beat to beat.
    package var elapsed: UInt32
    /// The process that sent it; the other node's `hb -s` shows it.
    package var pid: Int32
    package var trailer: Trailer?

    package init(
        node: String, up: Int32 = 1, port: String = "", address: String = "",
        services: [ServiceEntry] = [], hostID: UInt32 = 0, elapsed: UInt32 = 0, pid: Int32 = 0,
        trailer: Trailer? = nil
    ) {
        self.node = node
        self.up = up
        self.port = port
        self.address = address
        self.services = services
        self.hostID = hostID
        self.elapsed = elapsed
        self.pid = pid
        self.trailer = trailer
    }
}

/// One service in a heartbeat: a name and a number as the wire has them, input and not truth.
package struct ServiceEntry: Equatable, Sendable, Codable {
    package var name: String
    /// The state's number; what C/D carry as int32, and for A/B the digit's value (any other byte as
    /// it is, so 0xFF is 255).
    package var number: Int32
    /// What the trailer adds about this service.
    package var note: ServiceNote?

    package init(name: String, number: Int32, note: ServiceNote? = nil) {
        self.name = name
        self.number = number
        self.note = note
    }

    package init(name: String, state: ServiceState, note: ServiceNote? = nil) {
        self.init(name: name, number: Int32(state.rawValue), note: note)
    }

    /// The state, or nil when the number is none of 0 to 9: such an entry is dropped and counted.
    package var state: ServiceState? {
        UInt8(exactly: number).flatMap(ServiceState.init(rawValue:))
    }
}

/// What only our trailer can say about one service.
package struct ServiceNote: Equatable, Sendable, Codable {
    /// Which 7 a START_READY is; nil for every other state.
    package var meaning: StartReadyMeaning?
    /// Where the service ran last, as the sender knows it; nil when it never ran or is not known.
    package var lastRun: LastRun?
    /// The sender has heard the very same `lastRun` from its partner (decision 7).
    package var lastRunAgreed: Bool

    package init(
        meaning: StartReadyMeaning? = nil, lastRun: LastRun? = nil, lastRunAgreed: Bool = false
    ) {
        self.meaning = meaning
        self.lastRun = lastRun
        self.lastRunAgreed = lastRunAgreed
    }
}

/// Where a service was last started, and the how-manieth start that was.
package struct LastRun: Equatable, Sendable, Codable {
    /// On the node that sends this heartbeat; else on its partner for that service.
    package var onSender: Bool
    /// Counts starts of this service over both nodes, from 1.
    package var number: UInt32

    package init(onSender: Bool, number: UInt32) {
        self.onSender = onSender
        self.number = number
    }

    /// The same fact from the partner's side.
    package var seenFromPartner: LastRun { LastRun(onSender: !onSender, number: number) }
}

/// What travels behind the legacy structure (design: TLV, version 1). Old receivers ignore it.
package struct Trailer: Equatable, Sendable, Codable {
    /// The run of the sender's machine; numbers below grow only within one.
    package var boot: BootIdentity
    /// Orders states across links: CLOCK_BOOTTIME nanoseconds at which nmond published (decision 18).
    package var publication: UInt64
    /// Proves life on this link: CLOCK_BOOTTIME nanoseconds at which this frame was sent.
    package var beat: UInt64
    /// The sender's beat interval on this link, carried in microseconds.
    package var interval: Duration
    /// The sender goes on without nmond, with the last states it knew (decision 17).
    package var managerAbsent: Bool
    /// "I hear you", one entry per link that is up here.
    package var echoes: [LinkEcho]

    package init(
        boot: BootIdentity, publication: UInt64, beat: UInt64 = 0, interval: Duration = .seconds(1),
        managerAbsent: Bool = false, echoes: [LinkEcho] = []
    ) {
        self.boot = boot
        self.publication = publication
        self.beat = beat
        self.interval = interval
        self.managerAbsent = managerAbsent
        self.echoes = echoes
    }
}

/// "I hear you on this link, and the newest publication I have from you is this."
package struct LinkEcho: Equatable, Sendable, Codable {
    /// Which link: `MonitorLine.linkID` of the line whose beats are heard.
    package var link: UInt32
    /// A short form of the heard boot identity (`BootIdentity.checksum`), so that a number from
    /// before a reboot never acknowledges one from after it.
    package var boot: UInt32
    /// The highest publication number heard of that node, on whichever link.
    package var publication: UInt64

    package init(link: UInt32, boot: UInt32, publication: UInt64) {
        self.link = link
        self.boot = boot
        self.publication = publication
    }
}
