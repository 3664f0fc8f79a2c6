// SPDX-License-Identifier: Apache-2.0
import Testing

@Test("the Platform tests run") func runs() {}
