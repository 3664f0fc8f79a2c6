// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

ProbeApplet.runIfAsked(CommandLine.arguments)
openStandardDescriptors()
exit(await Applet.run(CommandLine.arguments))
