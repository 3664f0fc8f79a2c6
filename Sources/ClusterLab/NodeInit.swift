// SPDX-License-Identifier: Apache-2.0

/// What process 1 of a node does: builds the node's own view of the machine, then reaps orphans.
///
/// Killing it is the power cut: the kernel kills every process of its PID namespace with it, and
/// network and mounts vanish with the last of them. What the node keeps over a power cut are the
/// directories below its place in the lab's directory.
enum NodeInit {
    /// Arguments: the node's directory. The rest comes by the environment.
    static let script = #"""
        # Process 1 of a node: in new PID, network, UTS, IPC, mount (and time) namespaces.
        set -eu
        node=$1
        read -r init rest </proc/self/stat
        echo "$init" >"$node/init"

        # One veth pair per network; its other end becomes a port of the lab's bridge.
        ip link set lo up
        n=0
        while [ $n -lt "$NETWORKS" ]; do
            port=n${NUMBER}e${n}b${BOOT}
            ip link add "eth$n" type veth peer name "$port" netns "/proc/$JANITOR/ns/net"
            nsenter -t "$JANITOR" -n ip link set "$port" master "br$n" up
            eval "address=\$ADDRESS$n"
            ip addr add "$address" brd + dev "eth$n"
            echo 1 >"/proc/sys/net/ipv6/conf/eth$n/disable_ipv6" 2>/dev/null || :
            ip link set "eth$n" up
            n=$((n + 1))
        done

        mount -t proc proc /proc
        mount -t sysfs sysfs /sys 2>/dev/null || :
        mount -t tmpfs -o mode=0755 run /run
        echo "$NAME" >/proc/sys/kernel/hostname

        # A /dev with little in it: the shared disk, and what every program needs.
        mkdir /run/dev
        mount -t tmpfs -o mode=0755 dev /run/dev
        for d in null zero full random urandom tty; do
            [ -e "/dev/$d" ] || continue
            touch "/run/dev/$d"
            mount --bind "/dev/$d" "/run/dev/$d"
        done
        mkdir -p /run/dev/shm /run/dev/pts "/run/dev/$(dirname "${DISK_PATH#/dev/}")"
        mount -t tmpfs shm /run/dev/shm
        mount -t devpts -o newinstance,mode=0620,ptmxmode=0666 pts /run/dev/pts
        ln -s pts/ptmx /run/dev/ptmx
        ln -s /proc/self/fd /run/dev/fd
        touch "/run$DISK_PATH"
        mount --bind "$DISK" "/run$DISK_PATH"
        mount --move /run/dev /dev
        rmdir /run/dev

        # Makes directory $1 be $2 on this node. Where $1 is missing, its nearest ancestor becomes
        # a stand-in that holds the same entries, so that nothing is created on the machine.
        graft() {
            if [ ! -d "$1" ]; then
                up=$(dirname "$1")
                while [ ! -d "$up" ]; do up=$(dirname "$up"); done
                mkdir /run/below /run/standin
                mount --rbind "$up" /run/below
                mount -t tmpfs -o mode=0755 standin /run/standin
                for e in /run/below/* /run/below/.[!.]*; do
                    name=${e##*/}
                    if [ -L "$e" ]; then
                        cp -P "$e" "/run/standin/$name"
                    elif [ -d "$e" ]; then
                        mkdir "/run/standin/$name"
                        mount --rbind "$e" "/run/standin/$name"
                    elif [ -e "$e" ]; then
                        touch "/run/standin/$name"
                        mount --bind "$e" "/run/standin/$name"
                    fi
                done
                mkdir -p "/run/standin/${1#"$up"}"
                umount -l /run/below
                rmdir /run/below
                if [ "$up" = / ]; then
                    mkdir /run/standin/.old
                    pivot_root /run/standin /run/standin/.old
                    cd /
                    umount -l /.old
                    rmdir /.old
                else
                    mount --move /run/standin "$up"
                    rmdir /run/standin
                fi
            fi
            mount --bind "$2" "$1"
        }
        # Lines of "PATH DIRECTORY [ro]"
        while read -r path directory mode; do
            graft "$path" "$directory"
            if [ "$mode" = ro ]; then mount -o remount,bind,ro "$path"; fi
        done <"$node/grafts"

        if [ -e "$LAB/node-setup" ]; then . "$LAB/node-setup"; fi
        mkdir -p /run/lab
        echo "$BOOT" >/run/lab/boot
        echo "$CLOCK_OFFSET" >/run/lab/clock-offset
        cd /
        echo "$BOOT" >"$node/ready"
        # Waiting also reaps the orphans that become ours.
        while :; do
            sleep 86400 &
            wait $! || :
        done
        """#
}
