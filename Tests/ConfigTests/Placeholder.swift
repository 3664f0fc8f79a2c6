// SPDX-License-Identifier: Apache-2.0
import Testing

@Test("the Config tests run") func runs() {}
