// SPDX-License-Identifier: Apache-2.0
import Testing

@Test("the FailoverCore tests run") func runs() {}
