<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Quotation marks that do not fit: row left out</source>
        <translation>引号错误，该行未导入</translation>
    </message>
    <message>
        <source>Coordinates that cannot be: left out</source>
        <translation>坐标无效，已略去坐标</translation>
    </message>
    <message>
        <source>Not a date: left out</source>
        <translation>日期无效，未导入</translation>
    </message>
    <message>
        <source>Not an amount: fare left out</source>
        <translation>金额无效，该票价未导入</translation>
    </message>
    <message>
        <source>Not a station that this stop can belong to: treated as its own station</source>
        <translation>所属车站无效，按独立车站处理</translation>
    </message>
    <message>
        <source>Not a time: trip left out</source>
        <translation>时刻无效，该车次未导入</translation>
    </message>
    <message>
        <source>Unknown time zone: operator left out</source>
        <translation>时区无效，该运营方未导入</translation>
    </message>
    <message>
        <source>A value that is not allowed</source>
        <translation>取值无效</translation>
    </message>
    <message>
        <source>Calendar ends before it begins: left out</source>
        <translation>开行日历止期早于起期，未导入</translation>
    </message>
    <message>
        <source>Control characters removed</source>
        <translation>已去除控制字符</translation>
    </message>
    <message>
        <source>Second currency on one trip: fare left out</source>
        <translation>同一车次有两种币种，该票价未导入</translation>
    </message>
    <message>
        <source>Refers to something that is not there: left out</source>
        <translation>引用的内容不存在，未导入</translation>
    </message>
    <message>
        <source>Distances go back: left out</source>
        <translation>里程倒退，已略去里程</translation>
    </message>
    <message>
        <source>Stands twice</source>
        <translation>重复记录</translation>
    </message>
    <message>
        <source>The same place twice: the first is kept</source>
        <translation>席位重复，保留第一条</translation>
    </message>
    <message>
        <source>Two calls with one sequence number: trip left out</source>
        <translation>停站序号重复，该车次未导入</translation>
    </message>
    <message>
        <source>Fares fall along the trip: class left out</source>
        <translation>票价沿途递减，该席别票价未导入</translation>
    </message>
    <message>
        <source>Invisible or direction-changing characters removed</source>
        <translation>已去除不可见或改变方向的字符</translation>
    </message>
    <message>
        <source>Overlaps another period of this trip: left out</source>
        <translation>与该车次其他时段重叠，未导入</translation>
    </message>
    <message>
        <source>Line break replaced by a space</source>
        <translation>换行已替换为空格</translation>
    </message>
    <message>
        <source>No time at the first or last call: trip left out</source>
        <translation>首站或末站无时刻，该车次未导入</translation>
    </message>
    <message>
        <source>A value is missing</source>
        <translation>缺少必填值</translation>
    </message>
    <message>
        <source>Negative fare: left out</source>
        <translation>票价为负，未导入</translation>
    </message>
    <message>
        <source>Not as many fields as columns: row left out</source>
        <translation>列数不符，该行未导入</translation>
    </message>
    <message>
        <source>Text too long</source>
        <translation>文字过长</translation>
    </message>
    <message>
        <source>Times go back: trip left out</source>
        <translation>时刻倒退，该车次未导入</translation>
    </message>
    <message>
        <source>Fewer than two calls: trip left out</source>
        <translation>停站少于两个，该车次未导入</translation>
    </message>
    <message>
        <source>Too many calls: trip left out</source>
        <translation>停站过多，该车次未导入</translation>
    </message>
    <message>
        <source>Too many coaches: left out</source>
        <translation>编组车厢过多，未导入</translation>
    </message>
    <message>
        <source>Too many departures: left out</source>
        <translation>发车次数过多，未导入</translation>
    </message>
    <message>
        <source>Too many places in one coach: left out</source>
        <translation>车厢席位过多，未导入</translation>
    </message>
    <message>
        <source>Unknown currency: fare left out</source>
        <translation>币种未知，该票价未导入</translation>
    </message>
    <message>
        <source>Looks like a file of the timetable and is not: ignored</source>
        <translation>文件名疑似时刻表文件，已忽略</translation>
    </message>
    <message>
        <source>a quotation mark is never closed</source>
        <translation>引号未闭合</translation>
    </message>
    <message>
        <source>unknown time zone</source>
        <translation>时区无效</translation>
    </message>
    <message>
        <source>catalogue of another version</source>
        <translation>时刻表库版本不符</translation>
    </message>
    <message>
        <source>the file is damaged</source>
        <translation>文件已损坏</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>a column stands twice</source>
        <translation>列名重复</translation>
    </message>
    <message>
        <source>two files of one name inside</source>
        <translation>压缩包内有同名文件</translation>
    </message>
    <message>
        <source>no trip that can be used</source>
        <translation>没有可用的车次</translation>
    </message>
    <message>
        <source>the file is encrypted</source>
        <translation>文件已加密</translation>
    </message>
    <message>
        <source>a field is too long</source>
        <translation>字段过长</translation>
    </message>
    <message>
        <source>the import broke off</source>
        <translation>导入进程意外终止</translation>
    </message>
    <message>
        <source>the import did not go on</source>
        <translation>导入进程无响应</translation>
    </message>
    <message>
        <source>a column is missing</source>
        <translation>缺少列</translation>
    </message>
    <message>
        <source>a file is missing</source>
        <translation>缺少文件</translation>
    </message>
    <message>
        <source>not a catalogue</source>
        <translation>不是时刻表库文件</translation>
    </message>
    <message>
        <source>not a zip file</source>
        <translation>不是 ZIP 文件</translation>
    </message>
    <message>
        <source>not in UTF-8</source>
        <translation>不是 UTF-8 编码</translation>
    </message>
    <message>
        <source>zero bytes in a text</source>
        <translation>文本中含有空字节</translation>
    </message>
    <message>
        <source>one part of a split zip</source>
        <translation>分卷压缩包的一部分</translation>
    </message>
    <message>
        <source>too large</source>
        <translation>文件过大</translation>
    </message>
    <message>
        <source>too many columns</source>
        <translation>列过多</translation>
    </message>
    <message>
        <source>too many files inside</source>
        <translation>压缩包内文件过多</translation>
    </message>
    <message>
        <source>the file cannot be read</source>
        <translation>文件无法读取</translation>
    </message>
    <message>
        <source>an unsafe file name inside</source>
        <translation>压缩包内有不安全的文件名</translation>
    </message>
    <message>
        <source>a link or device inside</source>
        <translation>压缩包内有链接或设备文件</translation>
    </message>
    <message>
        <source>a compression that is not supported</source>
        <translation>不支持的压缩方式</translation>
    </message>
    <message>
        <source>the profile's folder cannot be written</source>
        <translation>数据目录无法写入</translation>
    </message>
    <message>
        <source>central named a file that cannot be one</source>
        <translation>中心给出的文件名无效</translation>
    </message>
    <message>
        <source>the download is not complete</source>
        <translation>下载不完整</translation>
    </message>
    <message>
        <source>a piece of the download does not fit its place</source>
        <translation>下载的分段次序不符</translation>
    </message>
    <message>
        <source>the download is not the file that central named</source>
        <translation>下载内容与中心所列文件不符</translation>
    </message>
</context>
</TS>
