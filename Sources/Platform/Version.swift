// SPDX-License-Identifier: Apache-2.0

/// Of all programs here.
package let programVersion = "1.0.0"
