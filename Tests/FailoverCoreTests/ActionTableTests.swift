// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import FailoverCore
import Testing

/// Rows of docs/service-states.md against the functions that nmond and the actions go by.
@Suite struct ActionTableTests {
    @Test("each table of the page has all its rows")
    func complete() {
        #expect(StatesPage.cells("monitor").count == 100)
        #expect(StatesPage.cells("actions").count == 11 * 7)
        #expect(StatesPage.cells("reboot").count == 10 * 4)
        #expect(StatesPage.cells("held").count == 4 * 7)
        #expect(StatesPage.rows("orphans").count == 1 + 7)
    }

    @Test("nmond starts what the monitor table says", arguments: StatesPage.cells("monitor"))
    func monitor(cell: StatesPage.Cell) throws {
        let local = try #require(ServiceState(number: cell.row))
        let peer = try #require(ServiceState(number: cell.column))
        let expected: MonitorTable.Step? =
            switch cell.text {
            case "start": .startProcedure
            case "log": .cannotStart
            case "-": .nothing
            default: nil
            }
        #expect(MonitorTable.step(local: local, peer: peer) == expected)
        #expect(MonitorTable.allowsStart(local: local, peer: peer) == (cell.text == "start"))
    }

    @Test("an action does first what its table says", arguments: StatesPage.cells("actions"))
    func action(cell: StatesPage.Cell) throws {
        let (state, meaning) = try #require(parsed(cell.row))
        let request = try #require(ActionRequest(word: cell.column))
        let expected = try #require(step(cell.text))
        #expect(ActionTable.step(request, in: state, meaning: meaning) == expected)
    }

    @Test("an action beside another one answers by its table", arguments: StatesPage.cells("held"))
    func held(cell: StatesPage.Cell) throws {
        let request = try #require(ActionRequest(word: cell.column))
        let expected: HeldLockTable.Answer? =
            switch cell.text {
            case "R": .refuse
            case "as it is": .nothing
            case "cancel": .cancelGracePeriod
            case "busy": .busy
            case "moment": .lookAgain
            default: nil
            }
        let rows =
            cell.row == "else"
            ? ["0", "2", "4", "5", "6", "7b", "8", "9"].compactMap(parsed)
            : [try #require(parsed(cell.row))]
        for (state, meaning) in rows {
            #expect(HeldLockTable.answer(request, in: state, meaning: meaning) == expected)
        }
    }

    @Test(
        "an orphan becomes what its table says", arguments: StatesPage.rows("orphans").dropFirst())
    func orphan(row: [String]) throws {
        let state = try #require(ServiceState(number: row[0]))
        let expected = try #require(ServiceState(number: row[2]))
        let phases: [ActionPhase?] =
            switch row[1] {
            case "any": ActionPhase.allCases + [nil]
            case "none": [nil, .idle]
            default: [ActionPhase(rawValue: row[1])]
            }
        for phase in phases {
            #expect((OrphanTable.state(after: state, phase: phase) ?? state) == expected)
        }
    }

    @Test("a state at rest is nobody's orphan")
    func atRest() {
        for state in [.stopped, .started, .startFailed, .stopFailed, .frozenStop] as [ServiceState]
        {
            for phase in ActionPhase.allCases {
                #expect(OrphanTable.state(after: state, phase: phase) == nil)
            }
        }
    }

    @Test(
        "a launcher's start changes what the reboot table says",
        arguments: StatesPage.cells("reboot"))
    func reboot(cell: StatesPage.Cell) throws {
        let state = try #require(ServiceState(number: cell.row))
        let next = BootReset.state(
            after: state, hasRebooted: cell.column.hasPrefix("after"),
            freezesHere: cell.column.hasSuffix("frozen"))
        #expect((next ?? state) == ServiceState(number: cell.text))
    }

    @Test("an action's word may be spelt in any letter case, and nothing else is one")
    func words() {
        #expect(ActionRequest(word: "FREEZE-stop") == .freezeStop)
        #expect(ActionRequest(word: "bogus") == nil)
        #expect(ActionRequest(word: "") == nil)
        #expect(ActionRequest.forOperators.count == 7)
    }

    private func parsed(_ text: String) -> (ServiceState, StartReadyMeaning)? {
        if text == "7a" { return (.startReady, .gracePeriod) }
        if text == "7b" { return (.startReady, .frozenStart) }
        return ServiceState(number: text).map { ($0, .frozenStart) }
    }

    private func step(_ text: String) -> ActionTable.Step? {
        switch text {
        case "R": .refuse
        case "as it is": .nothing
        case "run stop": .runStop(thenFreeze: false)
        case "run stop, then 6": .runStop(thenFreeze: true)
        case "procedure": .startProcedure(thenFreeze: false)
        case "procedure, then 7": .startProcedure(thenFreeze: true)
        default: ServiceState(number: text).map { .write($0) }
        }
    }
}
