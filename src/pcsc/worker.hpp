// The worker process of one writer: owns the PC/SC context, passes commands and answers with their timings,
// and knows no key and no holder. It exists because pcsc-lite's calls have no deadline: the controller ends
// it and starts another.
#pragma once

#include <string>

namespace perso::pcsc {

class Api;

/// Where the controller (writer.hpp) puts the worker's end of the socket.
inline constexpr int worker_socket = 3;

/// The worker's main loop: serves requests for `reader` on the socket, one at a time, until the other end
/// closes it. The kernel ends the process when the thread that started it dies. Takes the socket over.
/// @return the process's exit code: 0 after the controller closed the socket, 1 after a frame that is none
int serve_worker(int socket, const std::string& reader);
/// The same on another Api, for tests.
int serve_worker(int socket, const std::string& reader, Api& api);

}  // namespace perso::pcsc
