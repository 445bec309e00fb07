// A worker as the program starts it, without the program: pcsc_worker READER.
#include "pcsc/worker.hpp"

int main(int count, char** arguments) {
  return count == 2 ? perso::pcsc::serve_worker(perso::pcsc::worker_socket, arguments[1]) : 2;
}
