// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Testing

@testable import FailoverCore

private let before = BootIdentity(high: 1, low: 1, initStart: 7)
private let after = BootIdentity(high: 2, low: 2, initStart: 7)
private let later = BootIdentity(high: 3, low: 3, initStart: 7)

private func legacy(_ elapsed: UInt32) -> BeatMark { BeatMark(elapsed: elapsed) }
private func beat(_ number: UInt64, of boot: BootIdentity = before) -> BeatMark {
    BeatMark(elapsed: UInt32(1_700_000_000 + number), trailer: (boot, number))
}

/// What a link makes of beats, each with the second at which it is heard.
private struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    var isDisk = false
    let beats: [(at: Double, mark: BeatMark, verdict: LinkMonitor.Verdict)]
    var testDescription: String { name }
}

private let stories: [Story] = [
    Story(
        name: "the first datagram proves life",
        beats: [(0, legacy(50), .fresh), (1, legacy(51), .fresh)]),
    Story(
        name: "the first sight of a slot proves nothing, a change does",
        isDisk: true,
        beats: [(0, legacy(50), .unproven), (1, legacy(50), .repeated), (2, legacy(51), .fresh)]),
    Story(
        name: "so it is with a slot that has a trailer", isDisk: true,
        beats: [(0, beat(5), .unproven), (1, beat(5), .repeated), (2, beat(6), .fresh)]),
    Story(
        name: "the same beat again is no life",
        beats: [(0, beat(5), .fresh), (1, beat(5), .repeated), (2, beat(5), .repeated)]),
    Story(
        name: "an older beat is stale, whatever its second says",
        beats: [(0, beat(5), .fresh), (1, beat(7), .fresh), (1.1, beat(6), .stale)]),
    Story(
        name: "the clock of a C peer may step back",
        beats: [(0, legacy(50), .fresh), (1, legacy(20), .fresh), (2, legacy(21), .fresh)]),
    Story(
        name: "a C peer's second heard twice counts once",
        beats: [(0, legacy(50), .fresh), (0.1, legacy(50), .repeated), (1, legacy(51), .fresh)]),
    Story(
        name: "a new boot replaces the old one with its second beat",
        beats: [
            (0, beat(900), .fresh), (30, beat(5, of: after), .unproven),
            (31, beat(6, of: after), .fresh), (32, beat(7, of: after), .fresh),
        ]),
    Story(
        name: "the old boot is refused from then on, however new its beat",
        beats: [
            (0, beat(900), .fresh), (30, beat(5, of: after), .unproven),
            (31, beat(6, of: after), .fresh), (32, beat(901), .stale), (33, beat(999), .stale),
            (34, beat(7, of: after), .fresh),
        ]),
    Story(
        name: "two boots later the first one is still refused",
        beats: [
            (0, beat(9), .fresh), (5, beat(1, of: after), .unproven),
            (6, beat(2, of: after), .fresh), (11, beat(1, of: later), .unproven),
            (12, beat(2, of: later), .fresh), (13, beat(10), .stale), (14, beat(11), .stale),
            (15, beat(3, of: after), .stale), (16, beat(3, of: later), .fresh),
        ]),
    Story(
        name: "however many beats of another boot between two of the living one are no successor",
        beats: [
            (0, beat(9), .fresh), (1, beat(5, of: after), .unproven),
            (1.2, beat(6, of: after), .unproven), (1.4, beat(7, of: after), .unproven),
            (2, beat(10), .fresh),
        ]),
    Story(
        name: "the living boot comes back after replays of an earlier one, and those do not",
        beats: [
            (0, beat(9, of: after), .fresh), (6, beat(900), .unproven), (7, beat(901), .fresh),
            (8, beat(17, of: after), .stale), (17, beat(26, of: after), .unproven),
            (18, beat(27, of: after), .fresh), (19, beat(902), .stale), (29, beat(901), .stale),
        ]),
    Story(
        name: "one replayed beat of another boot changes nothing, nor the same one twice",
        beats: [
            (0, beat(9), .fresh), (1, beat(5, of: after), .unproven),
            (2, beat(5, of: after), .repeated), (3, beat(4, of: after), .stale),
            (4, beat(10), .fresh),
        ]),
    Story(
        name: "beats of another boot between those of the living one never replace it",
        beats: [
            (0, beat(9), .fresh), (1, beat(5, of: after), .unproven), (1.5, beat(10), .fresh),
            (2, beat(6, of: after), .unproven), (2.5, beat(11), .fresh),
            (3, beat(7, of: after), .unproven), (3.5, beat(12), .fresh),
        ]),
    Story(
        name: "who sent trailers must send them, until a timeout has passed without one",
        beats: [
            (0, beat(5), .fresh), (1, legacy(60), .missingTrailer),
            (9.9, legacy(69), .missingTrailer), (10, legacy(70), .fresh), (11, legacy(71), .fresh),
        ]),
    Story(
        name: "a frame that stood still since the trailers went is no life on a disk",
        isDisk: true,
        beats: [
            (0, beat(5), .unproven), (1, beat(6), .fresh), (2, legacy(60), .missingTrailer),
            (12, legacy(60), .repeated), (13, legacy(60), .repeated),
        ]),
    Story(
        name: "a C peer that becomes one of ours is heard at its first trailer",
        beats: [(0, legacy(50), .fresh), (1, beat(5), .fresh), (2, legacy(52), .missingTrailer)]),
    Story(
        name: "a slot that is a year old, and then nothing", isDisk: true,
        beats: [(0, beat(1), .unproven), (60, beat(1), .repeated), (3600, beat(1), .repeated)]),
]

@Test("beats are judged as the story tells", arguments: stories)
private func verdicts(story: Story) {
    var monitor = LinkMonitor(timeout: .seconds(10), isDisk: story.isDisk)
    for (at, mark, verdict) in story.beats {
        let heard = monitor.heard(mark, at: .seconds(at))
        #expect(heard == verdict, "\(story.name): at \(at) s")
    }
}

@Test("only what is fresh keeps a link up", arguments: stories)
private func onlyFreshCounts(story: Story) {
    var monitor = LinkMonitor(timeout: .seconds(10), isDisk: story.isDisk)
    var lastFresh: Double?
    for (at, mark, verdict) in story.beats {
        _ = monitor.heard(mark, at: .seconds(at))
        if verdict == .fresh { lastFresh = at }
        #expect(monitor.lastFresh == lastFresh.map { .seconds($0) })
        #expect(monitor.isUp(at: .seconds(at)) == lastFresh.map { at < $0 + 10 } ?? false)
    }
}

@Test("a link is down before its first beat, up until the timeout, down at it")
func silence() {
    var monitor = LinkMonitor(timeout: .seconds(10), isDisk: false)
    #expect(!monitor.isUp(at: .seconds(100)))
    #expect(monitor.deadline(at: .seconds(100)) == nil)
    _ = monitor.heard(beat(1), at: .seconds(100))
    #expect(monitor.isUp(at: .seconds(109.999)))
    #expect(monitor.deadline(at: .seconds(105)) == .seconds(110))
    #expect(!monitor.isUp(at: .seconds(110)))
    #expect(monitor.deadline(at: .seconds(110)) == nil)
}

@Test("one beat after a long silence brings the link up for one timeout only (B11)")
func oneBeatAfterSilence() {
    for mark in [legacy(900), beat(900)] {
        var monitor = LinkMonitor(timeout: .seconds(10), isDisk: false)
        _ = monitor.heard(mark.trailer == nil ? legacy(1) : beat(1), at: .seconds(1))
        #expect(!monitor.isUp(at: .seconds(500)))
        let verdict = monitor.heard(mark, at: .seconds(500))
        #expect(verdict == .fresh)
        #expect(monitor.isUp(at: .seconds(509)))
        #expect(!monitor.isUp(at: .seconds(510)))
    }
}

@Test("repeated and stale beats do not prolong life")
func replaysDoNotKeepUp() {
    var monitor = LinkMonitor(timeout: .seconds(10), isDisk: false)
    for number in 1...20 { _ = monitor.heard(beat(UInt64(number)), at: .seconds(number)) }
    for second in 21...29 {
        let verdict = monitor.heard(beat(UInt64(second - 15)), at: .seconds(second))
        #expect(verdict == .stale)
        #expect(monitor.isUp(at: .seconds(second)))
    }
    #expect(!monitor.isUp(at: .seconds(30)))
}

@Test("beside a peer without trailers less than two seconds of silence say nothing")
func legacyMinimum() {
    var monitor = LinkMonitor(timeout: .milliseconds(500), isDisk: false)
    _ = monitor.heard(legacy(1), at: .seconds(10))
    #expect(monitor.isUp(at: .seconds(11.9)))
    #expect(!monitor.isUp(at: .seconds(12)))
    _ = monitor.heard(beat(1), at: .seconds(13))
    #expect(monitor.silenceLimit == .milliseconds(500))
    #expect(!monitor.isUp(at: .seconds(13.5)))
}
