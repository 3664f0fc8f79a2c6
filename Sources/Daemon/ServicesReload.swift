// SPDX-License-Identifier: Apache-2.0

import ClusterModel
import Config
import Logging
import Platform

/// Follows the services file while nmond runs: only its content at rest counts, and one that cannot
/// be read, or does not fit, leaves the last good version in force.
final class ServicesReload {
    private let setting: ManagerSetting
    let file: String
    let monitorFile: String
    private var stamp: FileStamp?
    private var monitorStamp: FileStamp?
    private(set) var deadline: Duration?

    init(_ setting: ManagerSetting) {
        self.setting = setting
        file = setting.node.environment.servicesFile
        monitorFile = setting.node.environment.monitorFile
        stamp = setting.servicesStamp
        monitorStamp = fileStamp(monitorFile)
        // It may have changed between its reading and the watch.
        deadline = timeSinceBoot()
    }

    /// Something in its directory changed: look once that is over.
    func noteChange(at now: Duration) { deadline = now + .milliseconds(100) }

    /// The services, when the file says something new.
    func reload(at now: Duration) -> [ServiceDefinition]? {
        guard let at = deadline, now >= at else { return nil }
        deadline = nil
        let log = setting.log
        if case let found = fileStamp(monitorFile), found != monitorStamp {
            monitorStamp = found
            log.warning("\(monitorFile): changed, restart needed")
        }
        let found = fileStamp(file)
        guard found != stamp else { return nil }
        stamp = found
        do throws(SystemError) {
            let parsed = ServicesFile.parse(try readFile(file), file: file)
            let misfits = ManagerSetting.misfits(
                of: parsed.value, setting.node, setting.monitor)
            for finding in parsed.findings + misfits { log.warning("\(finding)") }
            guard misfits.allSatisfy(\.isWarning) else {
                log.error("\(file): not taken over, the last good version stays in force")
                return nil
            }
            return parsed.value.services
        } catch {
            log.error("\(error): the last good version stays in force")
            return nil
        }
    }
}
