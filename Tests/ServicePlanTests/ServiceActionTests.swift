// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ServicePlan

/// The one table of actions.
struct ServiceActionTests {
    @Test("every action is found by its words, by its name and by its other spellings")
    func spellings() throws {
        for action in ServiceAction.allCases {
            for spelling in [action.words, action.rawValue] + action.otherSpellings {
                let words = spelling.split(separator: " ").map(String.init)
                #expect(ServiceAction.named(words)?.action == action, "\(spelling)")
            }
        }
    }

    @Test(
        "old and new spellings are the same action",
        arguments: [
            ("syncnodes", "syncnodes", false), ("sync nodes", "syncnodes", false),
            ("sync_nodes", "syncnodes", false), ("sync drp", "syncdrp", false),
            ("sync all", "syncall", false), ("json status", "print_status", true),
            ("print status", "print_status", false), ("print env", "print_config", false),
            ("resource monitor", "resource_monitor", false), ("switch", "switch", false),
        ])
    func aliases(typed: String, name: String, isJSON: Bool) throws {
        let found = try #require(ServiceAction.named(typed.split(separator: " ").map(String.init)))
        #expect(found.action.rawValue == name && found.isJSON == isJSON)
    }

    @Test(
        "what is no action is none", arguments: ["", "strat", "print", "start now", "print_", "-s"])
    func unknown(typed: String) {
        #expect(ServiceAction.named(typed.split(separator: " ").map(String.init)) == nil)
    }

    /// The lists of the specification, section by section.
    static func names(_ list: String) -> Set<String> {
        Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    static func names(where isMember: (ActionTraits) -> Bool) -> Set<String> {
        Set(ServiceAction.allCases.filter { isMember($0.traits) }.map(\.rawValue))
    }

    @Test("all actions of the specification are there")
    func complete() {
        let specified = ServiceActionTests.names(
            """
            create print_status start stop syncnodes postsync status restart boot shutdown startip
            stopip startfs stopfs startdisk stopdisk startvg stopvg startapp stopapp startstandby
            freeze thaw frozen freezestop switch stonith toc resource_monitor syncdrp syncall
            presync push scheduler ls print_config edit_config print_schedule print_devlist
            print_resource_status get set unset update delete enable disable validate_config logs
            run clear takeover giveback abort
            """)
        #expect(Set(ServiceAction.allCases.map(\.rawValue)) == specified)
    }

    private static let harmless = """
        get set unset update enable disable delete freeze thaw frozen status ls logs push
        print_status print_config print_schedule print_devlist print_resource_status
        validate_config edit_config resource_monitor scheduler create clear abort
        """

    @Test("what reads, and what changes the configuration, passes the frozen gate")
    func frozen() {
        let passing = ServiceActionTests.names(ServiceActionTests.harmless + " takeover giveback")
        #expect(ServiceActionTests.names(where: \.passesFrozen) == passing)
    }

    @Test("what does not touch resources, or only standby ones, passes the safety net")
    func safetyNet() {
        let passing = ServiceActionTests.names(
            ServiceActionTests.harmless
                + " boot startstandby postsync presync syncnodes syncdrp syncall toc freezestop")
        #expect(ServiceActionTests.names(where: \.passesSafetyNet) == passing)
    }

    @Test("the actions without a lock, and those with the lock of copies, are the listed ones")
    func locks() {
        let unlocked = ServiceActionTests.names(
            """
            print_status print_config print_schedule print_devlist print_resource_status status
            freeze thaw frozen get push freezestop toc scheduler ls logs edit_config
            validate_config run clear abort
            """)
        #expect(ServiceActionTests.names { $0.lock == .none } == unlocked)
        let copies = ServiceActionTests.names("syncnodes syncdrp syncall")
        #expect(ServiceActionTests.names { $0.lock == .sync } == copies)
    }

    @Test("what only reads takes no lock and passes every gate")
    func readOnly() {
        for action in ServiceAction.allCases where action.traits.isReadOnly {
            #expect(action.traits.lock == .none && action.traits.gates == .passesAll)
        }
    }

    @Test("what moves resources or reads can be rehearsed; what would reboot or delete cannot")
    func rehearsed() {
        let changing = ServiceActionTests.names(
            """
            set unset update enable disable delete create freeze thaw push edit_config toc
            resource_monitor scheduler takeover giveback clear abort
            """)
        let others = ServiceAction.allCases.filter { !$0.canBeRehearsed }.map(\.rawValue)
        #expect(Set(others) == Set(changing))
    }

    @Test("each action has a line for the help")
    func help() {
        let summaries = ServiceAction.allCases.map(\.traits.summary)
        #expect(Set(summaries).count == summaries.count)
        #expect(summaries.allSatisfy { !$0.isEmpty && $0.count <= 60 && !$0.hasSuffix(".") })
    }
}
