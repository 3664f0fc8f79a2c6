/* SPDX-License-Identifier: Apache-2.0 */
/* UDP sockets of heartbeat links. In C: ip_mreqn, ifreq and the sockaddr casts are one line each
 * here, and control messages need macros. All sockets are non-blocking and close-on-exec; all
 * addresses and ports are in host byte order. */
#include "CShims.h"
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int set(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? -errno : 0;
}

static struct sockaddr_in address_of(uint32_t address, uint16_t port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
}

static int bind_any(int fd, uint16_t port) {
    struct sockaddr_in any = address_of(INADDR_ANY, port);
    return bind(fd, (struct sockaddr *)&any, sizeof any) < 0 ? -errno : 0;
}

static int bind_device(int fd, const char *interface) {
    size_t length = strlen(interface);
    if (length == 0 || length >= IFNAMSIZ)
        return -ENODEV;
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)length + 1) < 0)
        return -errno;
    return 0;
}

/* Gives `fd` back, or closes it when a step before was refused. */
static int finish(int fd, int refused) {
    if (refused < 0) {
        close(fd);
        return refused;
    }
    return fd;
}

static int open_udp(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
    if (fd < 0)
        return -errno;
    /* Never "don't fragment": a frame of layout D is longer than an Ethernet frame. */
    set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
    return fd;
}

int cshims_interface_index(const char *name) {
    unsigned index = if_nametoindex(name);
    return index == 0 ? -errno : (int)index;
}

/* The first IPv4 address; -ENODEV without such an interface, -EADDRNOTAVAIL without an address. */
int64_t cshims_interface_address(const char *name) {
    struct ifreq request = {0};
    size_t length = strlen(name);
    if (length == 0 || length >= IFNAMSIZ)
        return -ENODEV;
    memcpy(request.ifr_name, name, length);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int64_t result = ioctl(fd, SIOCGIFADDR, &request) < 0 ? -errno : 0;
    close(fd);
    if (result < 0)
        return result;
    struct sockaddr_in found;
    memcpy(&found, &request.ifr_addr, sizeof found);
    return ntohl(found.sin_addr.s_addr);
}

/* Sends to multicast groups through one interface, which must have an address: TTL 6, and the
 * source port is `port` when nobody else has it. */
int cshims_open_multicast_sender(uint16_t port, const char *interface) {
    struct ip_mreqn through = {.imr_ifindex = (int)if_nametoindex(interface)};
    if (through.imr_ifindex == 0)
        return -ENODEV;
    int64_t own = cshims_interface_address(interface);
    if (own < 0)
        return (int)own;
    through.imr_address.s_addr = htonl((uint32_t)own);
    int fd = open_udp();
    if (fd < 0)
        return fd;
    bind_any(fd, port);
    int refused = bind_device(fd, interface);
    if (!refused && setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof through) < 0)
        refused = -errno;
    if (!refused)
        refused = set(fd, IPPROTO_IP, IP_MULTICAST_TTL, 6);
    return finish(fd, refused);
}

static int open_receiver(uint16_t port, const char *interface) {
    int fd = open_udp();
    if (fd < 0)
        return fd;
    /* Room for a burst of junk, so that a beat in it is not the one that is dropped; beyond the
     * system's limit only with privileges. */
    if (set(fd, SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20) < 0)
        set(fd, SOL_SOCKET, SO_RCVBUF, 1 << 20);
    int refused = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (!refused)
        refused = bind_device(fd, interface);
    if (!refused)
        refused = bind_any(fd, port);
    if (!refused)
        refused = set(fd, IPPROTO_IP, IP_PKTINFO, 1);
    return finish(fd, refused);
}

/* Hears `group` at `port` on one interface, and no group that another socket has joined. */
int cshims_open_multicast_receiver(uint32_t group, uint16_t port, const char *interface) {
    struct ip_mreqn join = {
        .imr_multiaddr.s_addr = htonl(group), .imr_ifindex = (int)if_nametoindex(interface)};
    if (join.imr_ifindex == 0)
        return -ENODEV;
    int fd = open_receiver(port, interface);
    if (fd < 0)
        return fd;
    int refused = set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);
    if (!refused && setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof join) < 0)
        refused = -errno;
    return finish(fd, refused);
}

int cshims_open_unicast_sender(void) { return open_udp(); }

/* Hears whatever comes to `port` on one interface. */
int cshims_open_unicast_receiver(uint16_t port, const char *interface) {
    if (if_nametoindex(interface) == 0)
        return -ENODEV;
    return open_receiver(port, interface);
}

/* Never waits. Returns the count of bytes. */
int cshims_send_datagram(int fd, const void *bytes, size_t count, uint32_t address, uint16_t port) {
    struct sockaddr_in to = address_of(address, port);
    ssize_t sent;
    do
        sent = sendto(fd, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to,
                      sizeof to);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : (int)sent;
}

/* Takes one datagram; never waits. Returns the count of bytes in the buffer, -EAGAIN for none. */
int cshims_receive_datagram(int fd, void *buffer, size_t capacity, struct cshims_datagram *out) {
    struct sockaddr_in from = {0};
    struct iovec part = {.iov_base = buffer, .iov_len = capacity};
    union {
        struct cmsghdr align;
        char bytes[256];
    } control;
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t length;
    do
        length = recvmsg(fd, &message, MSG_DONTWAIT | MSG_TRUNC);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        return -errno;
    *out = (struct cshims_datagram){.source = ntohl(from.sin_addr.s_addr),
                                    .source_port = ntohs(from.sin_port),
                                    .is_truncated = (size_t)length > capacity};
    for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one; one = CMSG_NXTHDR(&message, one)) {
        if (one->cmsg_level != IPPROTO_IP || one->cmsg_type != IP_PKTINFO)
            continue;
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(one), sizeof info);
        out->destination = ntohl(info.ipi_addr.s_addr);
    }
    return (int)((size_t)length > capacity ? capacity : (size_t)length);
}
