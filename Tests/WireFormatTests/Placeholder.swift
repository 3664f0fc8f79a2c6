// SPDX-License-Identifier: Apache-2.0
import Testing

@Test("the WireFormat tests run") func runs() {}
