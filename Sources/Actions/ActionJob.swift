// SPDX-License-Identifier: Apache-2.0
import ClusterModel
import Config
import FailoverCore
import Platform

/// Which action on which service of this node, and where everything about it lies.
struct ActionJob {
    let request: ActionRequest
    let service: ServiceDefinition
    let role: Role
    let node: String
    let partner: String
    let environment: Environment

    /// Finds service, action and our role; says what is wrong, and returns nil.
    init?(service name: String, action: String, environment: Environment, console: Console) {
        guard let services = readServices(environment, console) else { return nil }
        guard let service = services.value.services.first(where: { $0.name == name }) else {
            console.refuse(
                classic: "Error: service \(name) not found !", fhs: "service \(name) not found")
            // The line may stand there, and be bad.
            for finding in services.findings where !finding.isWarning {
                console.warn("\(finding)")
            }
            return nil
        }
        guard let request = ActionRequest(word: action) else {
            console.refuseAction(action)
            return nil
        }
        let node = nodeName()
        guard let role = service.role(of: node), let partner = service.partner(of: node) else {
            console.refuse(
                classic: "We are not Primary or secondary for service \(name) !",
                fhs: "we are not primary nor secondary for service \(name)")
            return nil
        }
        self.request = request
        self.service = service
        self.role = role
        self.node = node
        self.partner = partner
        self.environment = environment
    }

    var texts: ActionTexts {
        ActionTexts(
            service: service.name, partner: partner, script: service.script,
            checkScript: service.checkScript,
            isClassic: environment.directories == .classic)
    }
}

/// The services file; nil, and a message, when it cannot be read.
func readServices(_ environment: Environment, _ console: Console) -> Parsed<ServicesFile>? {
    do throws(SystemError) {
        let text = try readFile(environment.servicesFile)
        return ServicesFile.parse(text, file: environment.servicesFile)
    } catch {
        console.complain("\(error)")
        return nil
    }
}
