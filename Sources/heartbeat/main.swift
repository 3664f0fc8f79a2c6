// SPDX-License-Identifier: Apache-2.0

import Glibc

exit(Applet.run(CommandLine.arguments))
