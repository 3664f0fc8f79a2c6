# SPDX-License-Identifier: Apache-2.0
# Tells a shell where the cluster lies: `. /usr/local/cluster/env.sh`. EZ may be set beforehand.
# Changes neither PATH nor the shell's options, and prints nothing.
EZ=${EZ:-/usr/local/cluster}
EZ_BIN=$EZ/bin
EZ_SERVICES=$EZ/conf/services
EZ_NODES=$EZ/conf/nodes
EZ_MONITOR=$EZ/conf/monitor
EZ_LOG=$EZ/log
export EZ EZ_BIN EZ_SERVICES EZ_NODES EZ_MONITOR EZ_LOG

alias ez_svc_status="echo '=> Querying OpenHA services status [$EZ_BIN/service -s -c]'; $EZ_BIN/service -s -c"
alias ez_hb_status="echo '=> Querying OpenHA heartbeat status [$EZ_BIN/hb -s]'; $EZ_BIN/hb -s"
alias ez_ps="ps auxww | grep -E '[h]eartd|[h]eartc|[n]mond'"
