# SPDX-License-Identifier: Apache-2.0
# Lets root call a service by its name alone: `svc1 print status` is /etc/opensvc/svc1.
if [ "$(id -u)" = 0 ]; then
    case ":$PATH:" in
    *:/etc/opensvc:*) ;;
    *) PATH=$PATH:/etc/opensvc ;;
    esac
fi
