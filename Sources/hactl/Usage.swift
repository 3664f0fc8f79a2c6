// SPDX-License-Identifier: Apache-2.0

/// The usages of C OpenHA, to the byte: what a wrong call prints on stderr (specification, 8.5 and
/// 8.7). `--help` prints a friendlier text.
enum Usage {
    static func service(program: String, isClassic: Bool) -> String {
        isClassic ? classicService(program) : fhsService
    }

    static func hb(isClassic: Bool) -> String { isClassic ? classicHb : fhsHb }

    /// Says below the usage what was wrong with the call, which C's tools left to the reader.
    ///
    /// - Parameter fault: What the parser said; nil when each word was right, but not all together.
    static func explain(_ fault: String?, _ arguments: [String], of command: String) {
        guard !arguments.isEmpty else { return }
        let words = arguments.joined(separator: " ")
        Console.error("\(command): \(fault ?? "cannot be called with `\(words)`")")
    }

    private static func classicService(_ program: String) -> String {
        """
        Usage: \(program) [-s] [-i Service] [-A Service Action] [-r Service] \
        [-a service script primary secondary check_up_script]
        Action in start|stop|freeze-stop|freeze-start|unfreeze|force-stop|force-start
          try to change state of service on this node
            start: start service
            stop: stop service...if other nodes are in stopped state, they will try a takeover
                              ...if other nodes are in frozen-stopped state, no takeover occur
            freeze-stop: set service to frozen-stop state(no takeover can occur...)
            freeze-start: not implemented...
            unfreeze: change from [start|stop]-freeze to started|stopped...
            force-start|force-stop: force state change to [start|stop]

        """
    }

    private static let fhsService = """
        Usage: openha service [options]

        Options:
         -s                                                   display services states
         -s -c                                                display columned services states
         -i service                                           display service info
         -A service action                                    trigger an action
         -r service                                           remove a service
         -a service script primary secondary check_up_script  add a service

        Where:
         service         = name of the service
         action          = start, stop, freeze-stop, freeze-start, unfreeze, force-stop or force-start
         script          = service launcher script fullpath
         primary         = the node considered primary for the service
         secondary       = the node considered secondary for the service
         check_up_script = the pre-start sanity check script fullpath


        """

    private static let fhsHb =
        """
        Usage: openha hb [options]

        Options:
         -s                                                             show heartbeat status
         -r -n node -t type -i interface -d address -p port             remove heartbeat link
         -a -n node -t type -i interface -d address -p port -T timeout  add heartbeat link

        Where:\u{20}
         node      = hostname of the host involved
         type      = net, dio (Linux only) or disk
         interface = network device or device fullpath
         address   = multicast address or block offset on device
         port      = udp port or nothing for a device
         timeout   = timeout before declaring the node down


        """

    private static let classicHb = """
        Usage: hb [options] [target] ...

        Options: -s                                            show heartbeat status
                 -r [-n node -t type -i interface -d address -p port]     remove heartbeat link
                 -a [-n node -t type -i interface -d address -p port -T timeout]  add heartbeat link
              where:\u{20}
                    node      = hostname of the host involved
                    type      = net, dio (Linux only) or disk
                    interface = network device or device fullpath
                    address   = multicast address or block offset on device
                    port      = udp port or nothing for a device
                    timeout   = timeout before declaring the node down

        """
}
