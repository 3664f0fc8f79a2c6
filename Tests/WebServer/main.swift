// SPDX-License-Identifier: Apache-2.0

import Glibc

// The tutorial's web server, as far as its service needs one: the three options it is started with,
// one request at a time, index.html for whatever is asked.
func value(of option: String) -> String {
    let words = CommandLine.arguments
    guard let index = words.firstIndex(of: option), index + 1 < words.count else {
        print("usage: webserver -document_root DIR -index_files FILE -listening_port PORT")
        exit(1)
    }
    return words[index + 1]
}

let page = value(of: "-document_root") + "/" + value(of: "-index_files")
let port = UInt16(value(of: "-listening_port")) ?? 0
// A reader that went away is no reason to end.
signal(SIGPIPE, SIG_IGN)
let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
var reuse: CInt = 1
setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<CInt>.size))
var address = sockaddr_in()
address.sin_family = sa_family_t(AF_INET)
address.sin_port = port.bigEndian
let bound = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
}
guard bound == 0, listen(listener, 8) == 0 else {
    perror("webserver")
    exit(1)
}
while true {
    let connection = accept(listener, nil, nil)
    guard connection >= 0 else { continue }
    var request = [UInt8](repeating: 0, count: 4096)
    _ = read(connection, &request, request.count)
    var body = [UInt8](repeating: 0, count: 65536)
    let file = open(page, O_RDONLY | O_CLOEXEC)
    let count = file < 0 ? 0 : max(read(file, &body, body.count), 0)
    if file >= 0 { close(file) }
    let head =
        file < 0
        ? "HTTP/1.0 404 Not Found\r\n\r\n" : "HTTP/1.0 200 OK\r\nContent-Length: \(count)\r\n\r\n"
    let answer = Array(head.utf8) + body[..<count]
    _ = write(connection, answer, answer.count)
    close(connection)
}
