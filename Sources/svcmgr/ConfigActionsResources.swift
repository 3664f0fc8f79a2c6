// SPDX-License-Identifier: Apache-2.0

import Platform
import ServiceConfig
import ServiceDrivers

/// `enable` and `disable`: of resources, of groups of them, of the service as a whole.
extension ConfigActions {
    /// `enable [--rid <list>]`; empty: the service as a whole.
    func enable(_ name: String, rids: [String]) -> Int32 {
        setDisabled(false, name, rids: rids)
    }

    /// `disable [--rid <list>]`
    func disable(_ name: String, rids: [String]) -> Int32 {
        setDisabled(true, name, rids: rids)
    }

    private func setDisabled(_ isDisabled: Bool, _ name: String, rids: [String]) -> Int32 {
        attempt(name) { () throws(Refusal) in
            let file = try file(ofService: name)
            var sections: [String] = []
            try change(file) { (document) throws(Refusal) in
                sections = rids.isEmpty ? ["DEFAULT"] : try self.sections(rids, in: document)
                for section in sections where isDisabled || document.isDisabling(section) {
                    let place = Place(section: section, keyword: "disable")
                    try document.put(isDisabled ? "True" : "False", place)
                }
            }
            try complainOfOthers(name, isDisabled, rids.isEmpty ? [] : sections)
            return 0
        }
    }

    /// Other keywords may still decide otherwise: then the edit did not reach what was asked for.
    private func complainOfOthers(_ name: String, _ isDisabled: Bool, _ rids: [String])
        throws(Refusal)
    {
        guard let service = try? directory.load(name, node: directory.node()) else { return }
        for resource in service.resources
        where rids.contains(resource.rid) && resource.common.isDisabled != isDisabled {
            let keywords =
                service.service.isDisabled
                ? "disable in section [DEFAULT]"
                : "enable_on, disable_on and disable@... in section [\(resource.rid)]"
            let state = isDisabled ? "enabled" : "disabled"
            console.complain("\(name): \(resource.rid) is still \(state) here: see \(keywords)")
        }
    }

    /// The sections of `--rid`: a group stands for all of it. `app` and `sync#i0` need none.
    ///
    /// - Throws: For one that is not there; then none is touched.
    func sections(_ rids: [String], in document: ConfigDocument) throws(Refusal) -> [String] {
        var found: [String] = []
        for rid in rids {
            let names = document.sections.map(\.name).filter {
                $0 == rid || $0.hasPrefix(rid + "#")
            }
            let implicit = ["app", "sync#i0"].contains(rid) ? [rid] : []
            guard !(names + implicit).isEmpty, rid != "DEFAULT", rid != "env" else {
                throw Refusal("section '\(rid)' not found: nothing is changed")
            }
            for name in names.isEmpty ? implicit : names where !found.contains(name) {
                found.append(name)
            }
        }
        return found
    }
}

extension ConfigDocument {
    /// Whether the section says something about `disable` that enabling has to change.
    fileprivate func isDisabling(_ section: String) -> Bool {
        guard let value = value("disable", in: section) else { return false }
        return !["false", "no", "n", "f", "0", ""].contains(value.lowercased())
    }
}
