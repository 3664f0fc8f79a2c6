// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The helper that owns what a lab shares, and tidies up however the lab ends.
///
/// It lives in a network and mount namespace of its own, holds the bridges and the shared disk,
/// and reads from a socket whose other end only the lab has: when the lab ends, even by SIGKILL, it
/// closes and the janitor kills what is left of the nodes and removes the lab's directory.
/// The loop device is detached while it is open, so the kernel frees it with its last user.
final class Janitor {
    /// Its process; the bridges are in its network namespace.
    var process: pid_t { command.process }
    private let command: RunningCommand
    private var lifeline: CInt

    /// Starts it and waits until bridges and disk are there.
    init(directory: String, networks: Int, disk: SharedDisk.Kind, diskBytes: Int, nodes: Int)
        throws
    {
        let script = directory + "/janitor"
        try write(Janitor.script, to: script)
        var ends: [CInt] = [0, 0]
        // No other program may inherit our end, even if started at this very moment by a thread.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw LabError.failed("socketpair: errno \(errno)")
        }
        defer { close(ends[0]) }
        lifeline = ends[1]
        let start = Command(
            ["unshare", "--net", "--mount", "--propagation", "private", "sh", script],
            environment: [
                "LAB": directory, "NETWORKS": "\(networks)", "DISK": disk.rawValue,
                "DISK_BYTES": "\(diskBytes)", "NODES": "\(nodes)",
                "PROGRAM": Programs.built + "/lab",
            ])
        command = try start.start(input: ends[0])
        let deadline = LabClock.now + .seconds(20)
        while access(directory + "/janitor.ready", F_OK) != 0 {
            if let result = command.poll() {
                throw LabError.notPossibleHere("the lab's network or disk: \(result.errors)")
            }
            guard LabClock.now < deadline else { throw LabError.timedOut("the janitor's start") }
            try Interruption.check()
            LabClock.pause(.milliseconds(2))
        }
    }

    /// Lets it tidy up and waits for that, at most `limit`.
    func dismiss(within limit: Duration = .seconds(15)) {
        guard lifeline >= 0 else { return }
        close(lifeline)
        lifeline = -1
        let deadline = LabClock.now + limit
        while command.poll() == nil, LabClock.now < deadline { LabClock.pause(.milliseconds(1)) }
    }

    deinit { dismiss() }

    /// A command that runs in the janitor's network and mount namespaces.
    func command(_ arguments: [String]) -> Command {
        Command(["nsenter", "-t", "\(process)", "-n", "-m", "--"] + arguments)
    }

    private static let script = #"""
        # Started by the lab in new network and mount namespaces; ends when its standard input does.
        set -eu
        exec 3<&0 </dev/null
        trap '' INT TERM HUP PIPE
        server=
        tidy() {
            set +e
            for f in "$LAB"/node*/init; do
                [ -e "$f" ] || continue
                read -r init <"$f"
                grep -qF "$LAB" "/proc/$init/cmdline" 2>/dev/null && kill -9 "$init"
            done
            [ -e "$LAB/rig/disk" ] && fsfreeze -u "$LAB/rig" 2>/dev/null
            [ -n "$server" ] && kill -9 "$server"
            exec 4<&- 6<&- 7<&- 8<&-
            # Processes of the nodes may need a moment to let go of their mounts.
            for i in 1 2 3 4 5 6 7 8 9 10; do
                umount "$LAB/rig" 2>/dev/null
                rm -rf "$LAB" 2>/dev/null && break
                sleep 0.2
            done
        }
        # As long as this is locked, nobody takes the directory for a leftover.
        exec 5<"$LAB/owner"
        flock -s 5
        trap tidy EXIT
        n=0
        while [ $n -lt "$NETWORKS" ]; do
            ip link add "br$n" type bridge forward_delay 0 stp_state 0 mcast_snooping 0
            echo 1 >"/proc/sys/net/ipv6/conf/br$n/disable_ipv6" 2>/dev/null || :
            ip link set "br$n" up
            n=$((n + 1))
        done
        disk=$LAB/disk
        if [ "$DISK" = freezable ]; then
            # A disk that can hang: its bytes lie in a file system that can be frozen.
            truncate -s 32M "$LAB/rig.ext4"
            mkfs.ext4 -q -O ^has_journal "$LAB/rig.ext4"
            mkdir "$LAB/rig"
            mount -o loop "$LAB/rig.ext4" "$LAB/rig"
            disk=$LAB/rig/disk
        fi
        head -c "$DISK_BYTES" /dev/zero >"$disk"
        echo "$disk" >"$LAB/disk.backing"
        device=
        if [ "$DISK" = faulty ]; then
            # Each node's loop device is over a file of its own, and all files are the same bytes.
            mkdir "$LAB/rig"
            : >"$LAB/disk.faults"
            "$PROGRAM" disk "$LAB/rig" "$disk" "$LAB/disk.faults" 3<&- &
            server=$!
            until [ -e "$LAB/rig/disk1" ]; do
                kill -0 "$server"
                sleep 0.01
            done
            n=1
            while [ $n -le "$NODES" ]; do
                device=$(losetup --direct-io=on -f --show "$LAB/rig/disk$n")
                eval "exec $((n + 5))<\$device"
                losetup -d "$device"
                echo "$device" >"$LAB/disk.device.$n"
                n=$((n + 1))
            done
        elif [ "$DISK" != file ]; then
            if [ "$DISK" = freezable ]; then direct=on; else direct=off; fi
            device=$(losetup --direct-io=$direct -f --show "$disk" 2>"$LAB/disk.reason") || device=
        fi
        if [ "$DISK" = faulty ]; then
            cp "$LAB/disk.device.1" "$LAB/disk.device"
        elif [ -n "$device" ]; then
            exec 4<"$device"
            losetup -d "$device"
            echo "$device" >"$LAB/disk.device"
        elif [ "$DISK" = freezable ]; then
            echo "no loop device: $(cat "$LAB/disk.reason")" >&2
            exit 1
        else
            echo "$disk" >"$LAB/disk.device"
        fi
        for f in "$LAB"/volumes/*; do
            [ -e "$f" ] || continue
            device=$(losetup -f --show "$f")
            # Held open by a reader of its own, which ends as we do; opened before it is let go.
            (
                exec 4<"$device"
                cat <&3 >/dev/null &
                losetup -d "$device"
            )
            stat -c "0x%t 0x%T" "$device" >"$LAB/shared/volumes/${f##*/}"
        done
        echo ready >"$LAB/janitor.ready"
        cat <&3 >/dev/null
        """#
}
