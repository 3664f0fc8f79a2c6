// SPDX-License-Identifier: Apache-2.0
import Testing

@Test("the Command tests run") func runs() {}
