// SPDX-License-Identifier: Apache-2.0
import Testing

@Test("the Tidy tests run") func runs() {}
