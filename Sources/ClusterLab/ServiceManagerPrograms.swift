// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What the nodes of a lab with service manager have beside the machine's own programs.
enum ServiceManagerPrograms {
    /// Makes `programs` and `tools`, laid over /usr/bin and /usr/sbin of the nodes, keys and hosts.
    static func install(in directory: String, nodes: Int) throws {
        for (name, links) in [("svcmgr", ["nodemgr", "svcmon"]), ("webserver", [])] {
            guard Programs.isBuilt(name) else {
                throw LabError.notPossibleHere("\(Programs.built)/\(name) is not built")
            }
            try makeDirectory(directory + "/programs")
            let program = "\(directory)/programs/\(name)"
            try Command(["cp", "\(Programs.built)/\(name)", program]).check()
            for link in links { try self.link(name, "\(directory)/programs/\(link)") }
        }
        try makeDirectory(directory + "/tools")
        let standIn = directory + "/tools/lvm-stand-in"
        try write(
            VolumeGroup.script.replacing("LAB/", with: directory + "/") + "\n", to: standIn)
        guard chmod(standIn, 0o755) == 0 else { throw LabError.failed("chmod \(standIn)") }
        for program in VolumeGroup.programs {
            try link("lvm-stand-in", "\(directory)/tools/\(program)")
        }
        try VolumeGroup.make(in: directory)
        try Command([
            "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory + "/key",
        ]).check()
        var hosts = "127.0.0.1 localhost\n37.59.71.26 p26.opensvc.com\n"
        for number in 1...nodes { hosts += "37.59.71.\(21 + number) node\(number)\n" }
        try write(hosts, to: directory + "/hosts")
        try write(sshSettings.replacing("LAB/", with: directory + "/"), to: directory + "/sshd")
        try write(nodeSetup, to: directory + "/node-setup")
    }

    private static func link(_ target: String, _ path: String) throws {
        guard symlink(target, path) == 0 else {
            throw LabError.failed("cannot link \(path): errno \(errno)")
        }
    }

    private static let sshSettings = """
        HostKey LAB/key
        PermitRootLogin yes
        UsePAM no
        PidFile /run/sshd.pid
        LogLevel ERROR
        """ + "\n"

    /// Read by process 1 of a node at each boot, see `NodeInit`.
    private static let nodeSetup = #"""
        mount -t overlay programs -o "lowerdir=$LAB/programs:/usr/bin" /usr/bin
        mount -t overlay tools -o "lowerdir=$LAB/tools:/usr/sbin" /usr/sbin
        mount --bind "$LAB/hosts" /etc/hosts
        [ -e "$node/ssh/id_ed25519" ] || {
            install -m 600 "$LAB/key" "$node/ssh/id_ed25519"
            cp "$LAB/key.pub" "$node/ssh/authorized_keys2"
            chmod 700 "$node/ssh"
        }
        mkdir -p /run/sshd
        /usr/sbin/sshd -f "$LAB/sshd"
        """#
}
