// SPDX-License-Identifier: Apache-2.0

/// Reading the C structure in place. All offsets lie within `size` bytes, which the caller has
/// checked.
extension Layout {
    static let nodeWidth = 128
    static let upOffset = 128
    static let serviceLockOfNodeOffset = 132
    static let portOffset = 136
    static let portWidth = 5
    static let addressOffset = 141
    static let addressWidth = 15

    var hostIDOffset: Int { tailOffset }
    var elapsedOffset: Int { tailOffset + 4 }
    var pidOffset: Int { tailOffset + 8 }
    func nameOffset(_ index: Int) -> Int { Layout.namesOffset + index * nameWidth }
    func stateOffset(_ index: Int) -> Int { statesOffset + index * stateWidth }

    /// How many services are listed: those before the first empty name, as C reads them; nil when
    /// one of them has no NUL within its width.
    func serviceCount(in bytes: RawSpan) -> Int? {
        for index in 0..<capacity {
            let offset = nameOffset(index)
            if bytes.byte(at: offset) == 0 { return index }
            if bytes.textLength(at: offset, width: nameWidth) == nil { return nil }
        }
        return capacity
    }

    /// A state's number: `ServiceEntry.number` says how bytes that are no digit are told apart.
    func stateNumber(_ index: Int, in bytes: RawSpan) -> Int32 {
        guard stateWidth == 1 else { return bytes.int32(at: stateOffset(index)) }
        let byte = bytes.byte(at: stateOffset(index))
        return switch byte {
        case 0x30...0x39: Int32(byte) - 0x30
        case 0...9: -1 - Int32(byte)
        default: Int32(byte)
        }
    }

    /// The bytes of a state: the reverse of `stateNumber`. What one byte cannot say is 0xFF.
    func stateByte(_ number: Int32) -> UInt8 {
        switch number {
        case 0...9: UInt8(number) + 0x30
        case -10 ... -1: UInt8(-1 - number)
        case 10...0x2F, 0x3A...0xFF: UInt8(number)
        default: 0xFF
        }
    }

    /// What C leaves in the states of unused entries: a clearing of the names that runs over into
    /// states set to 8. Meaningless, never read, but part of the bytes (specification, 7.2).
    func unusedState(_ index: Int) -> Int32 {
        switch self {
        case .a, .b: 0
        case .c: index < 28 ? 0 : 8
        case .d: index < 16 ? 0 : 8
        }
    }

    /// Whether `bytes` reads like what a sender of this layout writes, in every field whose content
    /// is known: the only way to tell a slot's layout (specification, 7.5).
    ///
    /// Strict, except for the states: A sends whatever stands in the state file. A frame of another layout never
    /// passes, since its time and pid, never zero, lie where this one has names, zero padding or
    /// zero locks.
    func isPlausible(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount >= size, bytes.byte(at: 0) != 0,
            bytes.textLength(at: 0, width: Layout.nodeWidth) != nil,
            let count = serviceCount(in: bytes)
        else { return false }
        let up = bytes.int32(at: Layout.upOffset)
        guard up == 1 || (up == 0 && count == 0),
            bytes.int32(at: Layout.serviceLockOfNodeOffset) == 0,
            bytes.uint32(at: elapsedOffset) != 0, bytes.int32(at: pidOffset) > 0
        else { return false }
        for index in 0..<count {
            let name = nameOffset(index)
            let length = bytes.textLength(at: name, width: nameWidth) ?? nameWidth
            guard bytes.isZero(name + length..<name + nameWidth),
                stateWidth == 4 || bytes.byte(at: stateOffset(index)) != 0
            else { return false }
        }
        return bytes.isZero(nameOffset(count)..<statesOffset)
            && bytes.isZero(stateOffset(capacity)..<tailOffset)
    }

    /// The layout of a frame that is none of `ours`: by a sound trailer behind it, else by its size
    /// and what it reads like, for a slot by the latter alone; nil when it is nothing we know.
    ///
    /// Of layout B only the first block ever was on a disk: no slot is taken for it.
    static func recognized(in bytes: RawSpan, except ours: Layout?, isSlot: Bool) -> Layout? {
        if let layout = sealed(in: bytes, except: ours, isSlot: isSlot) { return layout }
        for layout in allCases where layout != ours {
            let mayBe = isSlot ? layout != .b : bytes.byteCount == layout.size
            if mayBe && layout.isPlausible(bytes) { return layout }
        }
        return nil
    }

    /// The layout behind whose structure a sound trailer stands.
    static func sealed(in bytes: RawSpan, except ours: Layout?, isSlot: Bool) -> Layout? {
        for layout in allCases where layout != ours {
            if bytes.holds(TrailerFormat.magic, at: layout.size),
                TrailerFormat.length(in: bytes, at: layout.size, fillsBytes: !isSlot) != nil,
                TrailerFormat.isSealed(bytes, at: layout.size)
            {
                return layout
            }
        }
        return nil
    }
}
