// SPDX-License-Identifier: Apache-2.0

import WireFormat

/// What an administrator may set, from the environment or a tunables file. All have defaults.
package struct Tunables: Equatable, Sendable {
    /// EZ_WIRE; nil means A in the classic directories, D in the FHS ones.
    package var wire: Layout?
    /// EZ_TRAILER=off turns our trailer off.
    package var sendsTrailer = true
    /// EZ_GRACE: the grace period beside a C peer that is up, and the bound for an acknowledgement.
    package var grace: Duration = .seconds(5)
    /// EZ_GRACE_MIN: the shortest grace period.
    package var graceMinimum: Duration = .seconds(2)
    /// EZ_CALLOUT_TIMEOUT: nil, or 0, is off.
    package var calloutTimeout: Duration?
    /// EZ_DEBUG set, to anything.
    package var debug = false
    /// HEARTBEAT_TALK_DELAY_ON_START, seconds.
    package var talkDelay: Duration = .seconds(2)
    /// FREEZE_SERVICE_SECONDARY_INSTANCE_ON_START, exactly `yes`.
    package var freezeSecondaryOnStart = false

    package init() {}

    /// As KEY=VALUE pairs, what nmond publishes; `init(published:)` reads it back.
    package var published: [String: String] {
        var pairs = [
            Name.trailer.rawValue: sendsTrailer ? "on" : "off",
            Name.grace.rawValue: secondsText(grace),
            Name.graceMinimum.rawValue: secondsText(graceMinimum),
            Name.calloutTimeout.rawValue: secondsText(calloutTimeout ?? .zero),
            Name.talkDelay.rawValue: secondsText(talkDelay),
            Name.freezeSecondary.rawValue: freezeSecondaryOnStart ? "yes" : "no",
        ]
        if let wire { pairs[Name.wire.rawValue] = wire.rawValue }
        if debug { pairs[Name.debug.rawValue] = "1" }
        return pairs
    }

    /// Reads pairs back; what is missing or cannot be read keeps its default.
    package init(published: [String: String]) {
        for name in Name.allCases {
            if let value = published[name.rawValue] { try? set(name, value) }
        }
    }

    enum Name: String, CaseIterable {
        case wire = "EZ_WIRE"
        case trailer = "EZ_TRAILER"
        case grace = "EZ_GRACE"
        case graceMinimum = "EZ_GRACE_MIN"
        case calloutTimeout = "EZ_CALLOUT_TIMEOUT"
        case debug = "EZ_DEBUG"
        case talkDelay = "HEARTBEAT_TALK_DELAY_ON_START"
        case freezeSecondary = "FREEZE_SERVICE_SECONDARY_INSTANCE_ON_START"
    }

    /// Takes one value as spelt; refused, nothing changes.
    mutating func set(_ name: Name, _ value: String) throws(Refusal) {
        switch name {
        case .wire:
            guard let layout = Layout(rawValue: value), layout != .b else {
                throw Refusal("EZ_WIRE=\(value): not A, C or D")
            }
            wire = layout
        case .trailer:
            guard value == "on" || value == "off" else {
                throw Refusal("EZ_TRAILER=\(value): neither on nor off")
            }
            sendsTrailer = value == "on"
        case .grace: grace = try boundedSeconds(name, value)
        case .graceMinimum: graceMinimum = try boundedSeconds(name, value)
        case .calloutTimeout:
            let limit = try boundedSeconds(name, value)
            calloutTimeout = limit == .zero ? nil : limit
        case .debug: debug = true
        case .talkDelay: talkDelay = try boundedSeconds(name, value)
        case .freezeSecondary: freezeSecondaryOnStart = value == "yes"
        }
    }
}

private func boundedSeconds(_ name: Tunables.Name, _ value: String) throws(Refusal) -> Duration {
    guard let duration = seconds(value), duration <= .seconds(86400) else {
        throw Refusal("\(name.rawValue)=\(value): not from 0 to 86400 seconds")
    }
    return duration
}
