/** Lists of numbers that grow in one piece of memory: millions of them cost the garbage collector nothing. */
export interface Words32 {
  data: Uint32Array;
  count: number;
}

export interface Words16 {
  data: Uint16Array;
  count: number;
}

export function words32(room = 64): Words32 {
  return { data: new Uint32Array(room), count: 0 };
}

export function words16(room = 64): Words16 {
  return { data: new Uint16Array(room), count: 0 };
}

export function push32(list: Words32, value: number): void {
  if (list.count === list.data.length) {
    const data = new Uint32Array(list.count * 2);
    data.set(list.data);
    list.data = data;
  }
  list.data[list.count++] = value;
}

export function push16(list: Words16, value: number): void {
  if (list.count === list.data.length) {
    const data = new Uint16Array(list.count * 2);
    data.set(list.data);
    list.data = data;
  }
  list.data[list.count++] = value;
}
