// SPDX-License-Identifier: Apache-2.0

/// The tutorial's volume group on disks that all nodes share, by stand-ins for LVM's programs.
///
/// The lab's kernel may lack device-mapper. So a logical volume is a loop device here; activating it
/// makes its nodes in /dev on that node, and the tags, which LVM keeps on the disks, lie where
/// all nodes see them. The stand-ins print what LVM 2.03.16 printed on a real machine
/// (Tests/ServiceDriversTests/Recorded). Like LVM they let two nodes activate a group at once.
enum VolumeGroup {
    static let name = "vgsvc1"
    static let volumes = ["lvappsvc1", "lvdatasvc1"]
    /// What links to the script.
    static let programs = ["vgchange", "vgs", "lvs", "kpartx"]

    /// Makes the volumes' bytes, each an ext3 file system, and the directory of the tags.
    static func make(in directory: String) throws {
        try makeDirectory(directory + "/volumes")
        try makeDirectory(directory + "/shared/volumes")
        try write("", to: directory + "/shared/\(name).tags")
        for volume in volumes {
            let path = "\(directory)/volumes/\(volume)"
            try Command(["truncate", "-s", "12M", path]).check()
            try Command(["mkfs.ext3", "-q", "-b", "1024", "-N", "3072", path]).check()
        }
    }

    /// LAB is replaced by the lab's directory.
    static let script = #"""
        #!/bin/sh
        # Stands in for LVM (and kpartx) on a node of a lab.
        set -u
        vg=vgsvc1 tags=LAB/shared/vgsvc1.tags volumes=LAB/shared/volumes
        program=${0##*/}
        if [ "$program" = kpartx ]; then
            [ -e "$2" ] && exit 0
            echo "failed to stat() $2"
            exit 1
        fi
        for last; do :; done
        if [ "$last" != "$vg" ]; then
            echo "  Volume group \"$last\" not found" >&2
            echo "  Cannot process volume group $last" >&2
            exit 5
        fi
        active() { [ -e "/dev/mapper/$vg-$1" ]; }
        opened() { grep -q "^/dev/mapper/$vg-$1 " /proc/mounts; }
        joined() { sort -u "$tags" | paste -s -d , -; }
        change() { # command to rewrite the tags
            flock "$tags" sh -c "$1 <'$tags' >'$tags.new'; cat '$tags.new' >'$tags'"
            echo "  Volume group \"$vg\" successfully changed"
        }
        case $program:$1 in
        vgchange:--addtag) change "{ cat; echo ${2#@}; }" ;;
        vgchange:--deltag) change "{ grep -vxF ${2#@} || :; }" ;;
        vgchange:-a)
            mkdir -p /dev/mapper "/dev/$vg"
            count=0 open=0
            for f in "$volumes"/*; do
                lv=${f##*/}
                if [ "$2" = y ]; then
                    read -r major minor <"$f"
                    active "$lv" || mknod "/dev/mapper/$vg-$lv" b "$major" "$minor"
                    ln -sf "/dev/mapper/$vg-$lv" "/dev/$vg/$lv"
                    count=$((count + 1))
                elif opened "$lv"; then
                    echo "  Logical volume $vg/$lv contains a filesystem in use." >&2
                    open=$((open + 1))
                else
                    rm -f "/dev/mapper/$vg-$lv" "/dev/$vg/$lv"
                fi
            done
            if [ $open -gt 0 ]; then
                echo "  Can't deactivate volume group \"$vg\" with $open open logical volume(s)" >&2
                exit 5
            fi
            echo "  $count logical volume(s) in volume group \"$vg\" now active"
            ;;
        vgs:*) echo "  $(joined)" ;;
        lvs:*)
            for f in "$volumes"/*; do
                lv=${f##*/} attributes=-wi-------
                active "$lv" && attributes=-wi-a-----
                opened "$lv" && attributes=-wi-ao----
                case " $* " in
                *" lv_name,lv_attr "*) echo "  $lv $attributes" ;;
                *lv_name*) echo "  $lv" ;;
                *) echo "  $attributes" ;;
                esac
            done
            ;;
        *)
            echo "$program: the stand-in does not know $*" >&2
            exit 3
            ;;
        esac
        """#
}
