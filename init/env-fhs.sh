# SPDX-License-Identifier: Apache-2.0
# Tells a shell where the cluster lies in the FHS layout: `. /usr/share/openha/env.sh`. Nothing here
# is needed by the programs themselves. Changes neither PATH nor the shell's options.
EZ_BIN=${EZ_BIN:-/usr/lib/openha/bin}
EZ_VAR=${EZ_VAR:-/var/lib/openha}
EZ_SERVICES=${EZ_SERVICES:-/etc/openha/services}
EZ_NODES=${EZ_NODES:-/etc/openha/nodes}
EZ_MONITOR=${EZ_MONITOR:-/etc/openha/monitor}
EZ_LOG=${EZ_LOG:-/var/log/openha}
export EZ_BIN EZ_VAR EZ_SERVICES EZ_NODES EZ_MONITOR EZ_LOG

alias ez_svc_status="echo '=> Querying OpenHA services status [$EZ_BIN/service -s -c]'; $EZ_BIN/service -s -c"
alias ez_hb_status="echo '=> Querying OpenHA heartbeat status [$EZ_BIN/hb -s]'; $EZ_BIN/hb -s"
alias ez_ps="ps auxww | grep -E '[h]eartd|[h]eartc|[n]mond'"
