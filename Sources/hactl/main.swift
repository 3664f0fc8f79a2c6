// SPDX-License-Identifier: Apache-2.0

import Glibc
import Platform

openStandardDescriptors()
exit(Applet.run(CommandLine.arguments))
