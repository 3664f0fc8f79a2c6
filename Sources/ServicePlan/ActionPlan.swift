// SPDX-License-Identifier: Apache-2.0

import ServiceConfig

/// What an action does, step by step; `--dry-run` prints it, the action's run carries it out.
package struct ActionPlan: Equatable, Sendable {
    package enum Step: Equatable, Sendable {
        /// None of these services may be anything but down here.
        case checkAffinity([String])
        /// Nobody else may answer under this address.
        case checkConflict(ResourceConfiguration)
        case start(ResourceConfiguration)
        case stop(ResourceConfiguration)
        /// Left up, and said so.
        case skipStandby(ResourceConfiguration)
        case synchronize(ResourceConfiguration, SyncTarget)
        /// Ask the heartbeat for it.
        case freezeStop(ResourceConfiguration)
        case fence(ResourceConfiguration)
    }

    /// Where a copy goes.
    package enum SyncTarget: String, Sendable {
        case nodes, drpnodes
        /// As triggers call it.
        package var trigger: String {
            switch self {
            case .nodes: "sync_nodes"
            case .drpnodes: "sync_drp"
            }
        }
    }

    package let steps: [Step]

    /// The steps of an action on those of the service's resources that are selected, enabled and not
    /// tagged `noaction`.
    ///
    /// `boot` and `shutdown` are decided before: see `BootDecision`. Actions on the configuration
    /// or on flags have no steps.
    package init(
        _ action: ServiceAction, of service: ServiceConfiguration,
        selection: ResourceSelection = .everything, isForced: Bool = false,
        ignoresAffinity: Bool = false
    ) {
        let resources = service.resources.filter { resource in
            !resource.common.isDisabled && !service.service.isDisabled
                && !resource.common.tags.contains("noaction") && selection.contains(resource)
        }
        func start(_ groups: [ResourceGroup]) -> [Step] {
            ActionPlan.starting(resources.filter { groups.contains($0.group) })
        }
        func stop(_ groups: [ResourceGroup], isForced: Bool = isForced) -> [Step] {
            let members = resources.filter { groups.contains($0.group) }
            return ActionPlan.stopping(members, isForced: isForced)
        }
        let isFree = ignoresAffinity || service.service.antiAffinity.isEmpty
        let affinity: [Step] = isFree ? [] : [.checkAffinity(service.service.antiAffinity)]
        let all = ResourceOrder.groups
        steps =
            switch action {
            case .start: affinity + start(all)
            case .stop: stop(all)
            case .restart: stop(all) + affinity + start(all)
            case .shutdown: stop(all, isForced: true)
            case .startstandby: ActionPlan.starting(resources.filter(\.common.isStandby))
            case .startip: start([.ip])
            case .stopip: stop([.ip])
            case .startdisk, .startvg: start([.disk])
            case .stopdisk, .stopvg: stop([.disk])
            case .startfs: start([.disk, .fs])
            case .stopfs: stop([.disk, .fs])
            case .startapp: start([.app])
            case .stopapp: stop([.app])
            case .syncnodes: ActionPlan.synchronizing(resources, [.nodes])
            case .syncdrp: ActionPlan.synchronizing(resources, [.drpnodes])
            case .syncall: ActionPlan.synchronizing(resources, [.nodes, .drpnodes])
            case .freezestop:
                ResourceOrder.byRid(resources.filter { $0.group == .hb }).map(Step.freezeStop)
            case .stonith: ActionPlan.fencing(resources)
            case .boot, .create, .delete, .update, .get, .set, .unset, .enable, .disable, .ls,
                .logs, .push, .run, .printStatus, .printConfig, .printSchedule, .printDevlist,
                .printResourceStatus, .editConfig, .validateConfig, .status, .freeze, .thaw,
                .frozen, .toc, .switchover, .takeover, .giveback, .clear, .abort,
                .resourceMonitor, .scheduler, .presync, .postsync:
                []
            }
    }

    /// Every address is checked before anything is changed.
    private static func starting(_ resources: [ResourceConfiguration]) -> [Step] {
        let ordered = ResourceOrder.starting(resources)
        return ordered.filter { $0.group == .ip && !$0.common.tags.contains("nonrouted") }
            .map(Step.checkConflict) + ordered.map(Step.start)
    }

    private static func stopping(
        _ resources: [ResourceConfiguration], isForced: Bool
    ) -> [Step] {
        ResourceOrder.stopping(resources).map { resource in
            resource.common.isStandby && !isForced ? .skipStandby(resource) : .stop(resource)
        }
    }

    private static func synchronizing(
        _ resources: [ResourceConfiguration], _ targets: [SyncTarget]
    ) -> [Step] {
        targets.flatMap { target in
            ResourceOrder.byRid(resources.filter { $0.group == .sync }).filter { resource in
                guard case .rsync(let keywords) = resource.driver else { return true }
                return keywords.targets.contains(target.rawValue)
            }.map { .synchronize($0, target) }
        }
    }

    /// Light-out boards first, then what calls a program (opensvc.md 4.7).
    private static func fencing(_ resources: [ResourceConfiguration]) -> [Step] {
        let ordered = ResourceOrder.byRid(resources.filter { $0.group == .stonith })
        let boards = ordered.filter(isBoard)
        return (boards + ordered.filter { !isBoard($0) }).map(Step.fence)
    }

    private static func isBoard(_ resource: ResourceConfiguration) -> Bool {
        guard case .stonithILO = resource.driver else { return false }
        return true
    }
}

extension ServiceAction {
    /// Whether `--dry-run` is heeded: the action has steps to tell, or changes nothing anyway.
    package var canBeRehearsed: Bool {
        switch self {
        case .start, .stop, .restart, .boot, .shutdown, .startip, .stopip, .startdisk, .stopdisk,
            .startvg, .stopvg, .startfs, .stopfs, .startapp, .stopapp, .startstandby, .freezestop,
            .stonith, .switchover, .syncnodes, .syncdrp, .syncall, .presync, .postsync, .run:
            true
        case .create, .delete, .update, .get, .set, .unset, .enable, .disable, .ls, .logs, .push,
            .printStatus, .printConfig, .printSchedule, .printDevlist, .printResourceStatus,
            .editConfig, .validateConfig, .status, .freeze, .thaw, .frozen, .toc, .takeover,
            .giveback, .clear, .abort, .resourceMonitor, .scheduler:
            traits.isReadOnly
        }
    }
}

extension ActionPlan.Step {
    /// nil: it is about the service as a whole.
    package var resource: ResourceConfiguration? {
        switch self {
        case .checkAffinity: nil
        case .checkConflict(let resource), .start(let resource), .stop(let resource),
            .skipStandby(let resource), .synchronize(let resource, _), .freezeStop(let resource),
            .fence(let resource):
            resource
        }
    }

    /// The action on the one resource, as triggers and texts call it; nil for checks.
    package var verb: String? {
        switch self {
        case .checkAffinity, .checkConflict, .skipStandby: nil
        case .start: "start"
        case .stop: "stop"
        case .synchronize(_, let target): target.trigger
        case .freezeStop: "freezestop"
        case .fence: "stonith"
        }
    }

    /// What `--dry-run` says of it; nil: nothing, for checks.
    package func announcement(label: String) -> String? {
        if case .skipStandby = self { return ActionText.skippedStandby("stop") }
        return verb.map { "\($0) \(label)" }
    }
}
