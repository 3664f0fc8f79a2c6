// SPDX-License-Identifier: Apache-2.0

import Glibc

ProbeApplet.runIfAsked(CommandLine.arguments)
exit(1)
