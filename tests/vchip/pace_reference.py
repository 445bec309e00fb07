"""A second computation of PACE and of secure messaging behind it, from ICAO 9303-11 alone: Python's integers and
hashes, openssl for the ciphers. Reads one run a line, writes what the terminal sends and the chip must answer."""
import hashlib
import subprocess
import sys

BLOCK = {1: 8, 2: 16, 3: 16, 4: 16}
KEY = {1: 16, 2: 16, 3: 24, 4: 32}
CBC = {1: 'des-ede-cbc', 2: 'aes-128-cbc', 3: 'aes-192-cbc', 4: 'aes-256-cbc'}
C0 = {16: 'a668892a7c41e3ca739f40b057d85904', 32: 'd463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676'}
C1 = {16: 'a4e136ac725f738b01c1f60217c188ad', 32: '54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517'}


def openssl(*arguments, given):
    return subprocess.run(['openssl', *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout


def cbc(cipher, key, iv, data):
    return openssl('enc', '-e', '-' + CBC[cipher], '-K', key.hex(), '-iv', iv.hex(), '-nopad', given=data)


def pad(data, block):
    return data + b'\x80' + bytes(-(len(data) + 1) % block)


def mac(cipher, key, data):
    """Of the message; the retail MAC pads it, CMAC does so by itself."""
    if cipher != 1:
        arguments = ['mac', '-cipher', CBC[cipher].upper(), '-macopt', 'hexkey:' + key.hex(), '-in', '-', 'CMAC']
        return bytes.fromhex(openssl(*arguments, given=data).decode().strip())[:8]
    data = pad(data, 8)
    left = key[:8]
    chain = bytes(8)
    if len(data) > 8:
        chain = cbc(1, left + left, chain, data[:-8])[-8:]
    return cbc(1, key, chain, data[-8:])


def kdf(cipher, shared, counter):
    hashed = hashlib.sha1 if KEY[cipher] == 16 else hashlib.sha256
    return hashed(shared + counter.to_bytes(4, 'big')).digest()[:KEY[cipher]]


def tlv(tag, value):
    size = len(value)
    head = [size] if size < 0x80 else [0x81, size] if size < 0x100 else [0x82, size >> 8, size & 0xFF]
    return bytes.fromhex(tag) + bytes(head) + value


class Curve:
    tag = '86'

    def __init__(self, p, a, b, generator, order):
        self.p, self.a, self.b, self.order = (int(x, 16) for x in (p, a, b, order))
        self.size = len(p) // 2
        self.generator = self.decode(bytes.fromhex(generator))

    def decode(self, data):
        return int.from_bytes(data[1:1 + self.size], 'big'), int.from_bytes(data[1 + self.size:], 'big')

    def encode(self, point):
        return b'\x04' + b''.join(x.to_bytes(self.size, 'big') for x in point)

    def combine(self, left, right):
        if left is None or right is None:
            return left or right
        (x1, y1), (x2, y2), p = left, right, self.p
        if x1 == x2:
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, p)
        x = (slope * slope - x1 - x2) % p
        return x, (slope * (x1 - x) - y1) % p

    def power(self, base, exponent):
        result = None
        for bit in bin(exponent)[2:]:
            result = self.combine(result, result) if result else None
            if bit == '1':
                result = self.combine(result, base)
        return result

    def shared(self, point):
        return point[0].to_bytes(self.size, 'big')

    def mapped(self, number):
        """Appendix B.2, with divisions and the Legendre symbol. (B.3 gives the other Y for half of the numbers.)"""
        p, a, b, t = self.p, self.a, self.b, number % self.p
        alpha = -t * t % p
        x = -b * pow(a, -1, p) * (1 + pow(alpha + alpha * alpha, -1, p)) % p
        h = (x ** 3 + a * x + b) % p
        y = pow(h, (p + 1) // 4, p)
        if pow(h, (p - 1) // 2, p) != 1:
            x, y = alpha * x % p, t ** 3 * h * pow(y, -1, p) % p
        assert (y * y - x ** 3 - a * x - b) % p == 0
        return x, y


class Modp:
    tag = '84'

    def __init__(self, p, generator, order):
        self.p, self.generator, self.order = (int(x, 16) for x in (p, generator, order))
        self.size = len(p) // 2

    def encode(self, number):
        return number.to_bytes((number.bit_length() + 7) // 8, 'big')

    def combine(self, left, right):
        return left * right % self.p

    def power(self, base, exponent):
        return pow(base, exponent, self.p)

    def shared(self, number):
        return number.to_bytes(self.size, 'big')

    def mapped(self, number):
        return pow(number, (self.p - 1) // self.order, self.p)


def pseudo_random(cipher, s, t, p):
    zero, key, out = bytes(BLOCK[cipher]), t, b''
    key = cbc(cipher, key, zero, s)[:KEY[cipher]]
    while 8 * len(out) < p.bit_length() + 64:
        out += cbc(cipher, key, zero, bytes.fromhex(C1[len(s)]))
        key = cbc(cipher, key, zero, bytes.fromhex(C0[len(s)]))[:KEY[cipher]]
    return int.from_bytes(out, 'big')


def exchange_protected(cipher, enc, mac_key):
    """READ BINARY 00 B0 and with odd INS 00 B1 54 02 00 04, and their answers."""
    block, messages = BLOCK[cipher], []
    answer = bytes(range(1, 40))
    counter = 0

    def count():
        nonlocal counter
        counter += 1
        return counter.to_bytes(block, 'big')

    def iv(ssc):
        return bytes(8) if cipher == 1 else cbc(cipher, enc, bytes(16), ssc)

    def seal(ssc, header, objects):
        # The message is padded here once; a retail MAC over whole blocks adds nothing.
        data = pad(ssc + (pad(header, block) if header else b'') + objects, block)
        if cipher == 1:
            left = mac_key[:8]
            code = cbc(1, mac_key, cbc(1, left + left, bytes(8), data[:-8])[-8:], data[-8:])
        else:
            code = mac(cipher, mac_key, data)
        return objects + tlv('8e', code)

    for header, data, tag, indicator in (('0cb08100', b'', '87', b'\x01'),
                                         ('0cb10000', bytes.fromhex('54020004'), '85', b'')):
        ssc = count()
        objects = tlv(tag, indicator + cbc(cipher, enc, iv(ssc), pad(data, block))) if data else b''
        objects = seal(ssc, bytes.fromhex(header), objects + tlv('97', b'\x01\x00'))
        messages.append(bytes.fromhex(header) + b'\0' + len(objects).to_bytes(2, 'big') + objects + b'\0\0')
        ssc = count()
        objects = tlv(tag, indicator + cbc(cipher, enc, iv(ssc), pad(answer, block)))
        messages.append(seal(ssc, b'', objects + tlv('99', b'\x90\x00')))
    return messages


def run(oid, password, s, mapping_private, agreement_private, terminal_mapping, terminal_agreement, static,
        *parameters):
    """One line's values, hexadecimal; `-` for what the variant has not."""
    variant, cipher = int(oid[-4:-2], 16), int(oid[-1])
    group = Modp(*parameters) if len(parameters) == 3 else Curve(*parameters)
    s = bytes.fromhex(s)
    chip, terminal = int(agreement_private, 16), int(terminal_agreement, 16)
    z = cbc(cipher, kdf(cipher, bytes.fromhex(password), 3), bytes(BLOCK[cipher]), s)
    messages = [tlv('7c', b''), tlv('7c', tlv('80', z))]
    if variant in (3, 4):
        t = bytes.fromhex(terminal_mapping)
        generator = group.mapped(pseudo_random(cipher, s, t, group.p))
        messages += [tlv('7c', tlv('81', t)), tlv('7c', tlv('82', b''))]
    else:
        ours, theirs = int(mapping_private, 16), int(terminal_mapping, 16)
        shared = group.power(group.power(group.generator, ours), theirs)
        generator = group.combine(group.power(group.generator, int.from_bytes(s, 'big')), shared)
        for tag, private in (('81', theirs), ('82', ours)):
            messages.append(tlv('7c', tlv(tag, group.encode(group.power(group.generator, private)))))
    terminal_key = group.encode(group.power(generator, terminal))
    chip_key = group.encode(group.power(generator, chip))
    messages += [tlv('7c', tlv('83', terminal_key)), tlv('7c', tlv('84', chip_key))]
    shared = group.shared(group.power(group.power(generator, chip), terminal))
    enc, mac_key = kdf(cipher, shared, 1), kdf(cipher, shared, 2)

    def token(key):
        return mac(cipher, mac_key, tlv('7f49', tlv('06', bytes.fromhex(oid)) + tlv(group.tag, key)))

    answer = tlv('86', token(terminal_key))
    if variant == 6:
        data = int(mapping_private, 16) * pow(int(static, 16), -1, group.order) % group.order
        data = data.to_bytes((group.order.bit_length() + 7) // 8, 'big')
        iv = cbc(cipher, enc, bytes(16), b'\xff' * 16)
        answer += tlv('8a', cbc(cipher, enc, iv, pad(data, 16)))
    messages += [tlv('7c', tlv('85', token(chip_key))), tlv('7c', answer)]
    return messages + exchange_protected(cipher, enc, mac_key)


for line in sys.stdin:
    print(' '.join(message.hex() for message in run(*line.split())))
