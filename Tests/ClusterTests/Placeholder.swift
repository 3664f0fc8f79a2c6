// SPDX-License-Identifier: Apache-2.0
import Testing

@Test("the Cluster tests run") func runs() {}
