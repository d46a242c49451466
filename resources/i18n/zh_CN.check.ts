<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Valid</source>
        <translation>有效</translation>
    </message>
    <message>
        <source>Let the passenger through.</source>
        <translation>请放行。</translation>
    </message>
    <message>
        <source>Already used</source>
        <translation>已核销</translation>
    </message>
    <message>
        <source>Do not let through: this ticket, or a copy of it, was shown before. Call a supervisor.</source>
        <translation>请勿放行：此票或其补打票已检过，请呼叫值班员。</translation>
    </message>
    <message>
        <source>Given back</source>
        <translation>已退票</translation>
    </message>
    <message>
        <source>The money for this ticket was paid back.</source>
        <translation>此票已退款。</translation>
    </message>
    <message>
        <source>Replaced by a copy</source>
        <translation>已补打</translation>
    </message>
    <message>
        <source>A later copy was printed here. Ask for that one.</source>
        <translation>本窗口已补打新票，请出示补打票。</translation>
    </message>
    <message>
        <source>Another train</source>
        <translation>车次不符</translation>
    </message>
    <message>
        <source>The ticket is good, but not for the train that is set here.</source>
        <translation>车票真实，但不是此处设定的车次。</translation>
    </message>
    <message>
        <source>Not valid yet</source>
        <translation>尚未生效</translation>
    </message>
    <message>
        <source>Look at date and time on the ticket.</source>
        <translation>请核对票面日期和时间。</translation>
    </message>
    <message>
        <source>Expired</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>Demonstration ticket</source>
        <translation>演示票</translation>
    </message>
    <message>
        <source>It was made to show the program, and is worth nothing.</source>
        <translation>仅供演示，不能乘车。</translation>
    </message>
    <message>
        <source>Training ticket</source>
        <translation>练习票</translation>
    </message>
    <message>
        <source>It was made in training, and is worth nothing.</source>
        <translation>练习时打印，不能乘车。</translation>
    </message>
    <message>
        <source>Key withdrawn</source>
        <translation>密钥已吊销</translation>
    </message>
    <message>
        <source>The operator no longer stands by the key that signed it. Call a supervisor.</source>
        <translation>运营方已不再承认签发此票的密钥，请呼叫值班员。</translation>
    </message>
    <message>
        <source>Key no longer valid</source>
        <translation>密钥已失效</translation>
    </message>
    <message>
        <source>Its key's time was over when it was sold. Call a supervisor.</source>
        <translation>售票时其密钥已过有效期，请呼叫值班员。</translation>
    </message>
    <message>
        <source>It may be a new window's: bring the keys up to date. Else it is not ours.</source>
        <translation>可能是新窗口所售，请更新密钥；否则不是本单位车票。</translation>
    </message>
    <message>
        <source>Forged</source>
        <translation>假票</translation>
    </message>
    <message>
        <source>It was altered, or signed by nobody of ours. Keep it, call a supervisor.</source>
        <translation>内容被改动，或非本单位签发。请收存车票并呼叫值班员。</translation>
    </message>
    <message>
        <source>Not a ticket code</source>
        <translation>不是车票码</translation>
    </message>
    <message>
        <source>Scan the square code on the ticket; a receipt has another.</source>
        <translation>请扫描车票上的方形码；收据上的码不是。</translation>
    </message>
    <message>
        <source>A code came with wrong letters: switch off Caps Lock and wide letters, choose an English keyboard.</source>
        <translation>读到的字母不对：请关闭大写锁定和全角输入，并选择英文键盘。</translation>
    </message>
    <message>
        <source>Read twice by the scanner: counted once.</source>
        <translation>扫描枪重复读取，只计一次。</translation>
    </message>
    <message>
        <source>First shown {when} ({copy}, checked by login {clerk}); shown {times} times by now.</source>
        <translation>首次检票：{when}（{copy}，检票账号 {clerk}）；至今共出示 {times} 次。</translation>
    </message>
    <message>
        <source>Copy {number} is the one that counts.</source>
        <translation>以第 {number} 次补打票为准。</translation>
    </message>
    <message>
        <source>Valid until {when}.</source>
        <translation>有效期至 {when}。</translation>
    </message>
    <message>
        <source>Valid from {when}.</source>
        <translation>{when} 起有效。</translation>
    </message>
    <message>
        <source>Date of service</source>
        <translation>乘车日期</translation>
    </message>
    <message>
        <source>Original or copy</source>
        <translation>原票或补打</translation>
    </message>
    <message>
        <source>copy {number}</source>
        <translation>补打 {number}</translation>
    </message>
    <message>
        <source>original</source>
        <translation>原票</translation>
    </message>
    <message>
        <source>What is checked here is listed, the newest first.</source>
        <translation>检过的车票列在这里，最新的在前。</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Check tickets</source>
        <translation>检票</translation>
    </message>
    <message>
        <source>Scan a ticket's code, or type it and press Enter</source>
        <translation>扫描车票码，或输入后按回车</translation>
    </message>
    <message>
        <source>Only this train</source>
        <translation>只检此车次</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检票</translation>
    </message>
    <message>
        <source>Type a code</source>
        <translation>输入车票码</translation>
    </message>
    <message>
        <source>From a picture</source>
        <translation>从图片</translation>
    </message>
    <message>
        <source>Clear the list</source>
        <translation>清空列表</translation>
    </message>
    <message>
        <source>A picture of a ticket</source>
        <translation>车票图片</translation>
    </message>
    <message>
        <source>Pictures (*.png *.jpg *.jpeg)</source>
        <translation>图片 (*.png *.jpg *.jpeg)</translation>
    </message>
    <message>
        <source>Scan the code on a ticket. It works without a network.</source>
        <translation>请扫描车票上的码。断网时也能检票。</translation>
    </message>
    <message>
        <source>The operator no longer stands by the key that signed this ticket.</source>
        <translation>运营方已不再承认签发此票的密钥。</translation>
    </message>
    <message>
        <source>Keep the ticket, and call a supervisor.</source>
        <translation>请收存车票并呼叫值班员。</translation>
    </message>
    <message>
        <source>The time of the key that signed this ticket was over when it was sold.</source>
        <translation>售票时签发此票的密钥已过有效期。</translation>
    </message>
    <message>
        <source>Keys not complete yet</source>
        <translation>密钥尚未收齐</translation>
    </message>
    <message>
        <source>What central said of the keys of all windows has not arrived as a whole.</source>
        <translation>中心下发的各窗口密钥尚未全部到达。</translation>
    </message>
    <message>
        <source>Try again when Sync is up to date.</source>
        <translation>待同步完成后再试。</translation>
    </message>
    <message>
        <source>Older trust file</source>
        <translation>信任文件较旧</translation>
    </message>
    <message>
        <source>This counter has newer keys of that operator already.</source>
        <translation>本窗口已有该运营方更新的密钥。</translation>
    </message>
    <message>
        <source>Ask the operator for its newest trust file.</source>
        <translation>请向运营方索取最新的信任文件。</translation>
    </message>
    <message>
        <source>The file has number {sequence}; number {known} is here already.</source>
        <translation>文件编号 {sequence}，本窗口已有编号 {known}。</translation>
    </message>
    <message>
        <source>Ticket already used</source>
        <translation>车票已核销</translation>
    </message>
    <message>
        <source>The ticket was checked and let through.</source>
        <translation>此票已检票放行。</translation>
    </message>
    <message>
        <source>A supervisor may give it back.</source>
        <translation>须由值班员办理。</translation>
    </message>
    <message>
        <source>Ticket {ticket} was checked and let through.</source>
        <translation>车票 {ticket} 已检票放行。</translation>
    </message>
    <message>
        <source>Ticket checked, let through</source>
        <translation>检票核销</translation>
    </message>
    <message>
        <source>Keys changed</source>
        <translation>密钥变更</translation>
    </message>
    <message>
        <source>Trust file taken in</source>
        <translation>导入信任文件</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>准备就绪</translation>
    </message>
</context>
</TS>
