// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

ProbeApplet.runIfAsked(CommandLine.arguments)
openStandardDescriptors()
Interruption.blockSignals()
exit(await Applet.run(CommandLine.arguments))
